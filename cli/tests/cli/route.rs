//! `flowright route`: which rule takes a conversation and why, who has it, and a day that is played.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{code, err, flowright, folder, out, root};

const BOT: &str = r#"bot b {
  languages en
  timezone "Asia/Shanghai"
  hours monday to friday 09:00 to 18:00
}
channel web: websocket
channel api: rest
customer { tier: one_of { standard, gold }  contract: money }
entity level: one_of { down { en "down" }  minor { en "minor" } }
slot impact: level { ask "How bad?" }
skill desk { first_reply 10m }
skill tech { first_reply 5m  overflow desk after 4m  weight 2 }
intent outage { en "it is down", "nothing works", "an outage", "the portal is broken", "no service" }
flow f { on intent outage  state start { fill impact  handoff because "an outage" } }
route {
  urgency critical when impact is down
  urgency high when customer.contract >= CNY 1_000_000 or sentiment < -0.5
  outage when business_hours -> tech
  when customer.tier is gold -> tech
  otherwise -> desk
}
"#;

const AGENTS: &str = r#"
[[agents]]
name = "Zhang"
skills = { tech = 3 }
capacity = { web = 3 }
has = { web = 2 }
[[agents]]
name = "Li"
skills = { tech = 2, desk = 1 }
capacity = { web = 3 }
has = { web = 1 }
[[agents]]
name = "Wang"
skills = { desk = 5 }
[[agents]]
name = "Chen"
skills = { tech = 5 }
shift = "20:00-24:00"
"#;

const DAY: &str = r#"
[day]
date = 2026-06-15
slowdown = 0.2
[[agents]]
name = "desk"
count = 6
skills = { desk = 3 }
shift = ["09:00-13:00", "13:00-18:00"]
capacity = { web = 3, api = 6 }
[[agents]]
name = "both"
count = 4
skills = { desk = 2, tech = 4 }
speed = 1.5
shift = "09:00-18:00"
[[arrivals]]
skill = "desk"
urgency = { low = 1, normal = 2, critical = 0.2 }
tier = { standard = 0.7, gold = 0.3 }
channel = { web = 0.8, api = 0.2 }
per_hour = { "09:00-12:00" = 60, "12:00-17:00" = 45 }
handle = { mean = "12m", spread = 0.4 }
patience = "30m"
[[arrivals]]
skill = "tech"
level = 2
channel = "web"
per_hour = 6
handle = "20m"
"#;

fn place(name: &str) -> PathBuf {
    folder(name, &[("bot.flow", BOT), ("agents.toml", AGENTS), ("day.toml", DAY)])
}

#[test]
fn every_rule_says_what_became_of_it() {
    let place = place("route-rules");
    let run = flowright(
        &place,
        &[
            "route",
            "explain",
            "--intent",
            "outage",
            "--sentiment",
            "-0.6",
            "--at",
            "2026-06-13T10:00",
        ],
    );
    assert_eq!(code(&run), Some(0), "{}", err(&run));
    let expected = "\
outage on web, 2026-06-13 10:00, outside business hours

Urgency: high
  urgency critical when impact is down                                      bot.flow:16
      does not hold: impact is empty
> urgency high when customer.contract >= CNY 1_000_000 or sentiment < -0.5  bot.flow:17

Skill: desk
  outage when business_hours -> tech  bot.flow:18
      does not hold: business_hours is false
  when customer.tier is gold -> tech  bot.flow:19
      does not hold: customer.tier is empty
> otherwise -> desk                   bot.flow:20
";
    assert_eq!(out(&run), expected);

    // What has become of it by waiting.
    let rule = "route {\n  urgency critical when waited > 10m";
    let waits = folder("route-waited", &[("bot.flow", &BOT.replace("route {", rule))]);
    for (waited, urgency, why) in [
        ("7m", "normal", "does not hold: waited is 7m"),
        ("90s", "normal", "does not hold: waited is 90s"),
        ("2h", "critical", "> urgency critical when waited > 10m"),
    ] {
        let said = out(&flowright(&waits, &["route", "explain", "--waited", waited]));
        assert!(said.contains(&format!("Urgency: {urgency}\n")) && said.contains(why), "{said}");
    }

    let args =
        ["route", "explain", "--customer", "tier=gold", "--customer", "contract=CNY 5", "--json"];
    let json: Value = serde_json::from_str(&out(&flowright(&place, &args))).unwrap();
    assert_eq!((&json["urgency"], &json["skill"]), (&"normal".into(), &"tech".into()), "{json}");
    assert_eq!(json["skill_rules"][0]["fate"], "other_intent");
    assert_eq!(json["skill_rules"][2]["fate"], "not_asked");
    let because = &json["urgency_rules"][1]["because"];
    assert_eq!(because[0], "customer.contract is CNY 5", "{json}");
}

#[test]
fn everybody_is_told_why_or_why_not() {
    let place = place("route-agents");
    let explain = |waited: &str| {
        let args = ["route", "explain", "--intent", "outage", "--at", "2026-06-15T10:00"];
        let more = ["--agents", "agents.toml", "--waited", waited];
        out(&flowright(&place, &[&args[..], &more[..]].concat()))
    };
    let text = explain("0s");
    let agents = text.split_once("Agents\n").unwrap().1;
    let expected = "  2 agents can take it
> Li                 tech 2  weight 1 x free 67 %^8 x speed 1.00 = 0.03902, owed 0.00000: 0.03902
  Zhang              tech 3  weight 1 x free 33 %^8 x speed 1.00 = 0.00015, owed 0.00000: 0.00015
  not Wang: may help by overflow in 4:00 min
  not Chen: offline, or not in a shift
";
    assert_eq!(agents, expected);
    let text = explain("6m");
    for part in [
        "it has overflowed: agents of desk may take it as well",
        "its first reply is overdue by 1:00 min",
        "not Wang: helps by overflow, and somebody is free before",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_day_is_played_and_drawn() {
    let place = place("route-day");
    let run = flowright(&place, &["route", "simulate", "--day", "day.toml", "--svg", "day.svg"]);
    let text = out(&run);
    assert_eq!(code(&run), Some(0), "{}", err(&run));
    for part in
        ["10 agents, seed 1, policy smooth", "by urgency", "critical", "longest-idle", "gold"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let picture = std::fs::read_to_string(place.join("day.svg")).unwrap();
    assert!(picture.starts_with("<svg ") && picture.contains("both 4"), "{picture}");

    let json = |args: &[&str]| {
        let args = [&["route", "simulate", "--day", "day.toml", "--json"][..], args].concat();
        serde_json::from_str::<Value>(&out(&flowright(&place, &args))).unwrap()
    };
    let day = json(&[]);
    assert_eq!(day, json(&["--seed", "1"]), "the file's seed is 1, and a seed says all");
    assert_ne!(day["reports"], json(&["--seed", "2"])["reports"]);
    let reports = day["reports"].as_array().unwrap();
    let came = |report: &Value| report["all"]["waits"]["count"].as_u64().unwrap();
    assert!(
        came(&reports[0]) > 300 && reports.iter().all(|report| came(report) == came(&reports[0]))
    );
    let one = json(&["--policy", "round-robin"]);
    assert_eq!(one["reports"].as_array().unwrap().len(), 1);
    assert_eq!(one["reports"][0]["policy"], "round-robin");
    let hours = reports[0]["hours"].as_array().unwrap();
    let noon = hours.iter().find(|hour| hour["hour"] == 12).unwrap();
    assert_eq!((&noon["agents"], &noon["waits"]["max_ms"]), (&10.into(), &0.into()), "{noon}");
}

#[test]
fn the_examples_are_what_they_say() {
    let args = [
        "route",
        "simulate",
        "flows/outage_report",
        "--day",
        "flows/outage_report/day.toml",
        "--json",
    ];
    let json: Value = serde_json::from_str(&out(&flowright(root(), &args))).unwrap();
    let figure = |at: usize, of: &str| json["reports"][at]["all"]["waits"][of].as_u64().unwrap();
    assert!((9_500..10_500).contains(&figure(0, "count")), "{}", figure(0, "count"));
    let means = [0, 1, 2].map(|at| figure(at, "mean_ms"));
    assert!(means[0] < means[1] && means[0] < means[2], "{means:?}");
    let page = std::fs::read_to_string(root().join("docs/routing.md")).unwrap();
    for shown in [
        &["route", "simulate", "flows/outage_report", "--day", "flows/outage_report/day.toml"][..],
        &[
            "route",
            "explain",
            "flows/outage_report",
            "--intent",
            "report_outage",
            "--slot",
            "impact=partial",
            "--customer",
            "tier=gold",
            "--at",
            "2026-06-15T09:30",
            "--agents",
            "flows/outage_report/agents.toml",
        ],
    ] {
        let text = out(&flowright(root(), shown));
        assert!(!text.is_empty() && page.contains(&text), "docs/routing.md shows: {text}");
    }
    let picture = std::fs::read_to_string(root().join("docs/pictures/day.svg")).unwrap();
    let place = folder("route-picture", &[]);
    let file = place.join("day.svg");
    let svg = ["--svg", file.to_str().unwrap()];
    flowright(root(), &[&args[..5], &svg[..]].concat());
    assert_eq!(std::fs::read_to_string(file).unwrap(), picture, "docs/pictures/day.svg");
}

/// What is wrong, in which line, and what to do.
#[test]
fn whatever_is_wrong_with_a_file_is_told_with_its_line() {
    let place = place("route-wrong");
    for (wrong, right, message, help) in [
        ("dsek = 3", "desk = 3", "8: there is no skill `dsek`", "did you mean `desk`?"),
        (
            "shfit = \"09",
            "shift = \"09",
            "16: [[agents]] has no key `shfit`",
            "did you mean `shift`?",
        ),
        ("{ wbe = 3", "{ web = 3", "10: there is no channel `wbe`", "did you mean `web`?"),
        ("hgih = 0.2", "critical = 0.2", "19: there is no urgency `hgih`", "did you mean `high`?"),
        ("godl = 0.3", "gold = 0.3", "20: there is no tier `godl`", "did you mean `gold`?"),
        (
            "desk = 9",
            "desk = 3",
            "8: `desk` must be a whole number from 1 to 5; here is `9`",
            "desk = 3",
        ),
        ("handle = \"soon\"", "handle = \"20m\"", "30: `handle` must be a time", "handle = \"8m\""),
        ("per_hour = -6", "per_hour = 6", "29: `per_hour` must be a number from 0", "per_hour = {"),
        ("\"12:00-11:00\"", "\"12:00-17:00\"", "22: `12:00-11:00` is no hours", "08:00-12:00"),
        ("\"12:00-18:00\"]", "\"13:00-18:00\"]", "9: two shifts of one agent overlap", "leave out"),
        ("name = \"desk\"", "name = \"both\"", "12: two agents are called `desk`", "`count`"),
        ("", "date = 2026-06-15", "2: [day] lacks `date`", "write `date = 2026-06-15`"),
        ("", "handle = \"20m\"", "25: [[arrivals]] lacks `handle`", "write `handle = \"8m\"`"),
        ("[dya]", "[day]", "2: the file has no key `dya`", "did you mean `day`?"),
        ("[day", "[day]", "2: unclosed table", "docs/routing.md"),
        (
            "speed = \"fast\"",
            "speed = 1.5",
            "15: `speed` must be a number from 0.1 to 10",
            "speed = 1.2",
        ),
    ] {
        assert!(DAY.contains(right), "{right}");
        std::fs::write(place.join("day.toml"), DAY.replacen(right, wrong, 1)).unwrap();
        let run = flowright(&place, &["route", "simulate", "--day", "day.toml"]);
        let said = err(&run);
        assert_eq!(code(&run), Some(2), "{said}");
        assert!(said.contains(&format!("day.toml:{message}")), "{message}: {said}");
        assert!(said.lines().nth(1).unwrap().contains(help), "{help}: {said}");
    }
    for (args, message, help) in [
        (&["--intent", "outge"][..], "there is no intent `outge`", "`outage`"),
        (&["--customer", "teir=gold"], "there is no field of the customer `teir`", "`tier`"),
        (&["--customer", "tier=godl"], "expected one of standard, gold", "`gold`"),
        (&["--customer", "contract=5"], "expected an amount", "contract=CNY 500000"),
        (&["--slot", "impact"], "--slot `impact` has no value", "impact=VALUE"),
        (&["--channel", "mail"], "there is no channel `mail`", "there are `web`, `api`"),
        (&["--sentiment", "3"], "--sentiment is from -1 to 1, not 3", "--sentiment -0.6"),
        (&["--agents", "bot.flow"], "bot.flow:1: ", "docs/routing.md"),
    ] {
        let run = flowright(&place, &[&["route", "explain"][..], args].concat());
        let said = err(&run);
        assert_eq!(code(&run), Some(2), "{said}");
        assert!(said.contains(message) && said.contains(help), "{message}: {said}");
    }
}

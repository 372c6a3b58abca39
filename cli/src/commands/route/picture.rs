//! A day as a picture: what comes and who is there by the hour, waits, how full the agents are.

use std::fmt::Write as _;

use flowright_routing::sim::{Group, Report};

use super::time;

/// Size of one chart, in pixels.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 240.0;
/// Room around each.
const MARGIN: f64 = 64.0;
const INK: &str = "#33404d";
const FAINT: &str = "#dde3e9";
const COME: &str = "#9bb8d3";
const THERE: &str = "#2b6cb0";
const MEAN: &str = "#2f7d4f";
const LONG: &str = "#c0392b";

/// Draws a report as SVG.
pub(super) fn draw(report: &Report) -> String {
    let (width, height) = (2.0 * WIDTH + 3.0 * MARGIN, 2.0 * HEIGHT + 3.6 * MARGIN);
    let mut body = String::new();
    let (right, below) = (WIDTH + 2.0 * MARGIN, HEIGHT + 2.6 * MARGIN);
    come_and_are_there(&mut body, report, (MARGIN, MARGIN));
    waits_by_hour(&mut body, report, (right, MARGIN));
    waits_by_group(&mut body, report, (MARGIN, below));
    filled(&mut body, report, (right, below));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"{INK}\">\n<title>{} conversations, 95 of 100 waited no longer than \
         {}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n",
        report.all.waits.count,
        time(report.all.waits.p95_ms)
    )
}

/// Where a chart begins.
type Corner = (f64, f64);

/// A text of the project or file, as XML has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The empty chart with its title and three lines of its scale. Writing to a string cannot fail.
fn chart(out: &mut String, (left, top): Corner, title: &str, most: &dyn Fn(f64) -> String) {
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{:.0}\" font-size=\"15\" font-weight=\"600\">{title}</text>",
        top - 20.0
    );
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let y = top + HEIGHT * (1.0 - share);
        let _ = writeln!(
            out,
            "<path d=\"M{left} {y:.1}h{WIDTH}\" stroke=\"{FAINT}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 6.0,
            y + 4.0,
            most(share)
        );
    }
}

fn legend(out: &mut String, (left, top): Corner, entries: &[(&str, &str)]) {
    for (number, (color, name)) in entries.iter().enumerate() {
        let x = left + 200.0 * number as f64;
        let y = top + HEIGHT + 36.0;
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"8\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            y - 8.0,
            x + 18.0,
            y
        );
    }
}

/// A bar from the ground up, with what it says.
fn bar(
    out: &mut String,
    (left, top): Corner,
    (x, width): (f64, f64),
    share: f64,
    color: &str,
    says: &str,
) {
    let high = HEIGHT * share.clamp(0.0, 1.0);
    let _ = writeln!(
        out,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{high:.1}\" fill=\"{color}\">\
         <title>{}</title></rect>",
        left + x,
        top + HEIGHT - high,
        escaped(says)
    );
}

/// What stands below a bar.
fn below(out: &mut String, (left, top): Corner, x: f64, text: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\">{}</text>",
        left + x,
        top + HEIGHT + 16.0,
        escaped(text)
    );
}

fn come_and_are_there(out: &mut String, report: &Report, at: Corner) {
    let count = report.hours.len().max(1) as f64;
    let most = report.hours.iter().map(|hour| hour.waits.count.max(hour.agents)).max();
    let most = most.unwrap_or(1).max(1) as f64;
    chart(out, at, "What comes, and who is there", &|share| format!("{:.0}", share * most));
    for (number, hour) in report.hours.iter().enumerate() {
        let (x, step) = (WIDTH * number as f64 / count, WIDTH / count);
        let come = hour.waits.count as f64 / most;
        let says = format!("{}:00: {} conversations", hour.hour, hour.waits.count);
        bar(out, at, (x + step * 0.12, step * 0.38), come, COME, &says);
        let says = format!("{}:30: {} agents", hour.hour, hour.agents);
        bar(out, at, (x + step * 0.5, step * 0.38), hour.agents as f64 / most, THERE, &says);
        below(out, at, x + step / 2.0, &hour.hour.to_string());
    }
    legend(out, at, &[(COME, "conversations an hour"), (THERE, "agents at its middle")]);
}

fn waits_by_hour(out: &mut String, report: &Report, at: Corner) {
    let count = report.hours.len().max(1) as f64;
    let most = report.hours.iter().map(|hour| hour.waits.p95_ms).max().unwrap_or(0).max(1_000);
    chart(out, at, "How long they wait", &|share| time((share * most as f64) as i64));
    for (number, hour) in report.hours.iter().enumerate() {
        let (x, step) = (WIDTH * number as f64 / count, WIDTH / count);
        let share = |ms: i64| ms as f64 / most as f64;
        let waits = &hour.waits;
        let says = format!("{}:00: 95 of 100 within {}", hour.hour, time(waits.p95_ms));
        bar(out, at, (x + step * 0.12, step * 0.76), share(waits.p95_ms), LONG, &says);
        let says = format!("{}:00: {} on average", hour.hour, time(waits.mean_ms));
        bar(out, at, (x + step * 0.12, step * 0.76), share(waits.mean_ms), MEAN, &says);
        below(out, at, x + step / 2.0, &hour.hour.to_string());
    }
    legend(out, at, &[(MEAN, "mean"), (LONG, "95 of 100 within")]);
}

fn waits_by_group(out: &mut String, report: &Report, at: Corner) {
    let groups: Vec<&Group> =
        report.urgencies.iter().chain(&report.skills).chain(&report.tiers).collect();
    let count = groups.len().max(1) as f64;
    let most = groups.iter().map(|group| group.waits.p95_ms).max().unwrap_or(0).max(1_000);
    let title = "How long, by urgency, skill and tier";
    chart(out, at, title, &|share| time((share * most as f64) as i64));
    for (number, group) in groups.iter().enumerate() {
        let (x, step) = (WIDTH * number as f64 / count, WIDTH / count);
        let share = |ms: i64| ms as f64 / most as f64;
        let waits = &group.waits;
        let says = format!(
            "{}: {} conversations, 95 of 100 within {}, {} on average",
            group.name,
            waits.count,
            time(waits.p95_ms),
            time(waits.mean_ms)
        );
        bar(out, at, (x + step * 0.12, step * 0.76), share(waits.p95_ms), LONG, &says);
        bar(out, at, (x + step * 0.12, step * 0.76), share(waits.mean_ms), MEAN, &says);
        let (left, top) = at;
        let (middle, ground) = (left + x + step / 2.0 + 4.0, top + HEIGHT - 6.0);
        let _ = writeln!(
            out,
            "<text transform=\"translate({middle:.1},{ground:.1}) rotate(-90)\" \
             paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\">{}</text>",
            escaped(&group.name)
        );
    }
    legend(out, at, &[(MEAN, "mean"), (LONG, "95 of 100 within")]);
}

/// Agents in the order of how full they were.
fn filled(out: &mut String, report: &Report, at: Corner) {
    let mut filled: Vec<(&str, f64)> = report
        .agents
        .iter()
        .map(|agent| (agent.name.as_str(), agent.utilisation.unwrap_or(0.0)))
        .collect();
    filled.sort_by(|a, b| b.1.total_cmp(&a.1));
    chart(out, at, "How full the agents are", &|share| format!("{:.0} %", share * 100.0));
    let step = WIDTH / filled.len().max(1) as f64;
    for (number, (name, share)) in filled.iter().enumerate() {
        let says = format!("{name}: {:.1} %", share * 100.0);
        bar(out, at, (step * number as f64, step * 0.9), *share, THERE, &says);
    }
    let jain = report
        .fairness
        .agents_jain
        .map_or(String::new(), |jain| format!("alike to {jain:.3} (Jain's index; 1 is all alike)"));
    legend(out, at, &[(THERE, &jain)]);
}

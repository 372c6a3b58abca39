//! Days of the year that have a name and are on the same day every year. Those that move with the moon
//! are nothing: whoever says `春节` may mean the eve, the day or the week.

use super::month_day;
use super::rules::{Rule, rule};

const DAYS: &[(&str, i64, i64)] = &[
    ("元旦", 1, 1),
    ("情人节", 2, 14),
    ("妇女节", 3, 8),
    ("劳动节", 5, 1),
    ("五一节", 5, 1),
    ("儿童节", 6, 1),
    ("教师节", 9, 10),
    ("国庆", 10, 1),
    ("双十一", 11, 11),
    ("双11", 11, 11),
    ("双十二", 12, 12),
    ("双12", 12, 12),
    ("平安夜", 12, 24),
    ("圣诞", 12, 25),
    ("new years eve", 12, 31),
    ("new years day", 1, 1),
    ("valentines day", 2, 14),
    ("halloween", 10, 31),
    ("christmas eve", 12, 24),
    ("xmas eve", 12, 24),
    ("christmas", 12, 25),
    ("xmas", 12, 25),
    ("boxing day", 12, 26),
];

pub(super) fn rules() -> Vec<Rule> {
    let near = "期间|假期|假|活动|前后|前|后|之前|之后|以前|以后|长假|黄金周|大促|那几天|快乐";
    vec![
        rule(
            format!(
                r"(元旦|情人节|妇女节|劳动节|五一节|儿童节|教师节|国庆|双十一|双11|双十二|双12|平安夜|圣诞)(?:节|当?天|那天|日)*({near})?"
            ),
            |c, m| if c.get(2).is_some() { None } else { on(c.get(1)?.as_str(), m) },
        ),
        rule(
            r"(?:merry |happy )?(new year['’]?s eve|new year['’]?s day|valentine['’]?s day|halloween|christmas eve|xmas eve|christmas|xmas|boxing day)(?:\s+(?:day|(holidays|break|season|time|period|sale|week)))?",
            |c, m| {
                let greets = c.get(0)?.as_str().starts_with(['m', 'h'])
                    && c.get(0)?.start() < c.get(1)?.start();
                if greets || c.get(2).is_some() {
                    return None;
                }
                on(&c.get(1)?.as_str().replace(['\'', '’'], ""), m)
            },
        ),
    ]
}

fn on(name: &str, moment: &super::Moment) -> Option<jiff::civil::Date> {
    let (_, month, day) = DAYS.iter().find(|(known, ..)| *known == name)?;
    month_day(*month, *day, moment.today)
}

//! Days in Chinese: `6月15日`, `下下周三`, `三天后`, `本月底`.

use jiff::{Span, ToSpan as _};

use super::rules::{Rule, rule};
use super::{
    away, day_of_month, in_month, month_day, month_end, month_start, num, week_day, year, ymd,
};

const N: &str = "[0-9一二三四五六七八九十两〇零廿卅]+";
/// What stands behind a number with `号` or `日` that is no day: `5号楼`, `15日元`.
pub(super) const NUMBERED: &str =
    "线楼店仓库门机柜员位桌房单院口码车厅窗球品产池字元圆干厂站铺馆间台馆卡子院人客";
/// What stands before such a number.
pub(super) const NUMBERING: &[&str] = &[
    "型号", "编号", "单号", "尾号", "卡号", "工号", "房号", "序号", "账号", "第", "门牌", "手机",
    "路", "街", "巷", "弄",
];
/// Titles behind a name: `周三福先生`.
pub(super) const TITLES: &[&str] = &["先生", "女士", "小姐", "经理", "老师", "太太"];

pub(super) fn rules() -> Vec<Rule> {
    [dated(), relative(), ends()].concat()
}

fn dated() -> Vec<Rule> {
    vec![
        // The other calendar.
        rule(
            format!(r"(?:农历|阴历|旧历)的?(?:{N}年)?({N}|正|腊|冬)\s*月\s*初?({N})\s*[日号]?"),
            |_, _| None,
        ),
        rule(format!(r"({N})\s*年\s*({N})\s*月\s*({N})\s*[日号]?"), |c, _| {
            ymd(year(num(c, 1)?), num(c, 2)?, num(c, 3)?)
        }),
        rule(
            format!(r"(明年|今年|后年|去年)的?({N})\s*月\s*({N})\s*[日号]?"),
            |c, m| {
                let ahead = match c.get(1)?.as_str() {
                    "明年" => 1,
                    "后年" => 2,
                    "去年" => -1,
                    _ => 0,
                };
                ymd(i64::from(m.today.year()) + ahead, num(c, 2)?, num(c, 3)?)
            },
        ),
        rule(format!(r"({N})\s*月\s*({N})\s*[日号]?"), |c, m| {
            month_day(num(c, 1)?, num(c, 2)?, m.today)
        }),
        rule(
            format!(r"(下个?月|这个?月|本月|上个?月)的?\s*({N})\s*[日号]"),
            |c, m| {
                let ahead = match c.get(1)?.as_str().chars().next()? {
                    '下' => 1,
                    '上' => -1,
                    _ => 0,
                };
                in_month(m.today, ahead, num(c, 2)?)
            },
        ),
        rule(format!(r"({N})\s*[日号]"), |c, m| day_of_month(num(c, 1)?, m.today)),
    ]
}

fn relative() -> Vec<Rule> {
    vec![
        // One of two days.
        rule("明后[天日两]|今明[天日两]|昨今[天日两]|这两天|前两天", |_, _| None),
        rule(
            "大后天|后天|后儿个?|明天|明日|明早|明晚|明儿个?|今天|今日|今晚|今早|今儿个?|昨天|昨日|昨晚|昨儿个?|大前天|前天",
            |c, m| {
                let days = match c.get(0)?.as_str().trim_end_matches('个') {
                    "大后天" => 3,
                    "后天" | "后儿" => 2,
                    "明天" | "明日" | "明早" | "明晚" | "明儿" => 1,
                    "昨天" | "昨日" | "昨晚" | "昨儿" => -1,
                    "前天" => -2,
                    "大前天" => -3,
                    _ => 0,
                };
                m.today.checked_add(days.days()).ok()
            },
        ),
        Rule {
            weekday: true,
            ..rule(
                r"(下下|下|这|本|上上|上)?\s*个?\s*(?:周|星期|礼拜)\s*([一二三四五六日天末])",
                |c, m| {
                    let day = "一二三四五六日".find(
                        c.get(2)?.as_str().replace('天', "日").replace('末', "六").as_str(),
                    )? / 3;
                    let which = c.get(1).map_or("", |m| m.as_str());
                    week_day(which, i64::try_from(day).ok()?, m.today)
                },
            )
        },
        // `3日前` may be before the third.
        rule(
            format!(r"({N}|半)\s*(天|日|个?星期|个?礼拜|周|个月|年)半?\s*(?:之?(后|前)|以(后|前))"),
            |c, m| {
                let back = c.get(3).or(c.get(4))?.as_str() == "前";
                let (unit, sign) = (c.get(2)?.as_str(), if back { -1 } else { 1 });
                if c.get(0)?.as_str().contains('半') {
                    return match (c.get(1)?.as_str(), unit) {
                        ("半", "个月") => away(m.today, 15 * sign, Span::try_days),
                        ("半", "年") => away(m.today, 6 * sign, Span::try_months),
                        _ => None,
                    };
                }
                let count = num(c, 1)? * sign;
                if back && unit == "日" {
                    return None;
                }
                match unit {
                    "年" => away(m.today, count, Span::try_years),
                    "个月" => away(m.today, count, Span::try_months),
                    "天" | "日" => away(m.today, count, Span::try_days),
                    _ => away(m.today, count, Span::try_weeks),
                }
            },
        ),
    ]
}

fn ends() -> Vec<Rule> {
    vec![
        rule(format!(r"({N})\s*月份?的?(底|末|初)"), |c, m| match c.get(2)?.as_str() {
            "初" => month_start(num(c, 1)?, m.today),
            _ => month_end(num(c, 1)?, m.today),
        }),
        rule("(下个?|这个?|本|上个?)?月(底|末|初)", |c, m| {
            let which = c.get(1).and_then(|w| w.as_str().chars().next());
            let ahead = match which {
                Some('下') => 1,
                Some('上') => -1,
                _ => 0,
            };
            match c.get(2)?.as_str() {
                // The first days of this month, or of the next?
                "初" => which.and_then(|_| in_month(m.today, ahead, 1)),
                _ => {
                    Some(m.today.first_of_month().checked_add(ahead.months()).ok()?.last_of_month())
                }
            }
        }),
        rule("(明年|今年|明|今)?年(?:底|末)", |c, m| {
            let next = i64::from(c.get(1).is_some_and(|m| m.as_str().starts_with('明')));
            ymd(i64::from(m.today.year()) + next, 12, 31)
        }),
    ]
}

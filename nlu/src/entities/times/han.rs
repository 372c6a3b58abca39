//! Times of day in Chinese: `下午3点半`, `差五分八点`, `三点一刻`; and in digits.

use super::{HALF, Rule, about, clock, halved, num, numbers, twelve};

/// A number in digits or in Chinese: the `三` of `周三11点` is no part of the hour.
const N: &str = "(?:[0-9]+|[一二三四五六七八九十两零〇]+)";
/// A part of the day.
const PARTS: &str = "(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|夜晚|今晚|明晚|昨晚|今早|明早|最晚|最早|晚|早)";
/// What there is a number of behind `点`: `三点建议`.
const POINTS: &str = "建议|意见|要求|问题|原因|理由|看法|希望|疑问|需求|不满|说明";

pub(super) fn rules() -> Vec<Rule> {
    let part = format!("{PARTS}?");
    vec![
        (format!(r"{N}\s*点(?:{POINTS})"), |_| None),
        (
            format!(
                r"{part}的?\s*({N})\s*[点时]\s*(半|[一三]刻钟?|整|钟|(?:过)?(?:{N})\s*分?|差({N})分|差一刻)?"
            ),
            |c| {
                let part = c.get(1).map_or("", |m| m.as_str());
                // A little, not an hour: `有一点贵`.
                if matches!(part, "" | "晚" | "早")
                    && c.get(2)?.as_str() == "一"
                    && c.get(3).is_none()
                {
                    return None;
                }
                let hour = half_day(part, num(c, 2)?);
                let behind = c.get(3).map_or("", |m| m.as_str());
                match behind {
                    "" | "整" | "钟" => clock(hour, 0),
                    "半" => clock(hour, 30),
                    "差一刻" => about(hour, -15),
                    quarter if quarter.starts_with("一刻") => clock(hour, 15),
                    quarter if quarter.starts_with("三刻") => clock(hour, 45),
                    less if less.starts_with('差') => about(hour, -i64::from(num(c, 4)?)),
                    // `三点五` is a number.
                    fraction if fraction.chars().count() == 1 => None,
                    minutes => {
                        let minutes = minutes.trim_start_matches('过').trim_end_matches('分');
                        clock(hour, minute(minutes.trim())?)
                    }
                }
            },
        ),
        (format!(r"{part}差({N}分钟?|一刻钟?)\s*({N})\s*点"), |c| {
            let hour = half_day(c.get(1).map_or("", |m| m.as_str()), num(c, 3)?);
            let less = c.get(2)?.as_str();
            let minutes = if less.starts_with("一刻") {
                15
            } else {
                minute(less.trim_end_matches('钟').trim_end_matches('分'))?
            };
            about(hour, -i64::from(minutes))
        }),
        (format!(r"{part}\s*(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?{HALF}"), |c| {
            let hour = num(c, 2)?;
            let part = c.get(1).map_or("", |m| m.as_str());
            let hour = if part.is_empty() { halved(hour, c, 5)? } else { half_day(part, hour) };
            let seconds = num(c, 4).unwrap_or(0);
            (seconds < 60).then_some(clock(hour, num(c, 3)?)? + seconds)
        }),
        (format!(r"{PARTS}\s*(\d{{1,2}})\s*([ap])\.?m\.?"), |c| {
            clock(twelve(num(c, 2)?, c.get(3)?.as_str())?, 0)
        }),
        ("正午".to_owned(), |_| clock(12, 0)),
        ("午夜".to_owned(), |_| clock(0, 0)),
    ]
}

/// `五十`, `零五`, `05`
fn minute(text: &str) -> Option<u32> {
    let text = text.strip_prefix(['零', '〇']).unwrap_or(text);
    u32::try_from(numbers::whole(text)?).ok()
}

/// The part of the day that is said in a time of either language, in Chinese.
pub(super) fn part_of(said: &str) -> Option<&'static str> {
    const ENGLISH: [(&str, &str); 5] = [
        ("morning", "上午"),
        ("afternoon", "下午"),
        ("evening", "晚上"),
        ("night", "晚上"),
        ("noon", "中午"),
    ];
    const SAID: [&str; 17] = [
        "凌晨", "清晨", "早上", "早晨", "上午", "中午", "下午", "傍晚", "晚上", "夜里", "半夜",
        "深夜", "夜晚", "晚", "早", "正午", "午夜",
    ];
    if let Some(part) = SAID.into_iter().find(|part| said.contains(part)) {
        return Some(part);
    }
    if let Some((_, part)) = ENGLISH.into_iter().find(|(word, _)| said.contains(word)) {
        return Some(part);
    }
    let letters: String = said.chars().filter(|c| c.is_alphanumeric()).collect();
    match (letters.ends_with("am"), letters.ends_with("pm")) {
        (true, _) => Some("上午"),
        (_, true) => Some("下午"),
        _ => None,
    }
}

/// The hour of the day for an hour of a part of it.
pub(super) fn half_day(part: &str, hour: u32) -> u32 {
    match part {
        "下午" | "傍晚" if hour < 12 => hour + 12,
        "中午" if hour < 11 => hour + 12,
        // One to four at night is after midnight.
        "夜里" | "半夜" | "深夜" if hour < 6 => hour,
        "晚" | "晚上" | "夜晚" | "今晚" | "明晚" | "昨晚" if hour < 5 => hour,
        "晚" | "晚上" | "夜晚" | "夜里" | "半夜" | "深夜" | "今晚" | "明晚" | "昨晚"
            if hour < 12 =>
        {
            hour + 12
        }
        "晚" | "晚上" | "夜晚" | "夜里" | "半夜" | "深夜" | "今晚" | "明晚" | "昨晚" | "凌晨"
            if hour == 12 =>
        {
            0
        }
        _ => hour,
    }
}

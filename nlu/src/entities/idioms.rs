//! Chinese words and sayings in which a numeral counts nothing: `一下`, `三星手机`, `乱七八糟`.

/// Words, wherever they stand. Sayings are kept whole: no numeral of theirs counts.
const WORDS: &[&str] = &[
    "一下",
    "四川",
    "五金",
    "八宝",
    "五星级",
    "五星好评",
    "五星评",
    "五星酒店",
    "双十一",
    "双十二",
    "七天无理由",
    "一些",
    "一样",
    "一起",
    "一直",
    "一般",
    "一定",
    "一共",
    "一旦",
    "一切",
    "一边",
    "一会",
    "一路",
    "一向",
    "一律",
    "一并",
    "一键",
    "一致",
    "一方面",
    "一流",
    "一遍",
    "一再",
    "一带",
    "一味",
    "一旁",
    "一番",
    "一贯",
    "一概",
    "一时",
    "一同",
    "一来",
    "一心",
    "一体",
    "一级棒",
    "一手",
    "一齐",
    "一系列",
    "一个劲",
    "一不小心",
    "一目了然",
    "一心一意",
    "一模一样",
    "一五一十",
    "一清二楚",
    "一干二净",
    "一来二去",
    "一言难尽",
    "一无所有",
    "一问三不知",
    "不一定",
    "不一样",
    "三思",
    "三番五次",
    "三番两次",
    "三天两头",
    "三三两两",
    "三言两语",
    "三心二意",
    "接二连三",
    "丢三落四",
    "颠三倒四",
    "不三不四",
    "说三道四",
    "推三阻四",
    "再三",
    "四处",
    "四面八方",
    "四通八达",
    "五颜六色",
    "五花八门",
    "七上八下",
    "乱七八糟",
    "七嘴八舌",
    "杂七杂八",
    "八成新",
    "九牛一毛",
    "十全十美",
    "十有八九",
    "八九不离十",
    "不管三七二十一",
    "独一无二",
    "数一数二",
    "万一",
    "千方百计",
    "千辛万苦",
    "成千上万",
    "二手",
    "二维码",
    "两码事",
    "两全其美",
    "一码事",
    "一回事",
    "怎么一回事",
];

/// Whether the numeral at `text[at..]` stands in such a word.
pub(super) fn holds(text: &str, at: usize) -> bool {
    let Some((before, rest)) = text.split_at_checked(at) else { return false };
    let covers = |word: &str| {
        word.char_indices().any(|(i, _)| {
            let halves = word.split_at_checked(i);
            halves.is_some_and(|(left, right)| before.ends_with(left) && rest.starts_with(right))
        })
    };
    WORDS.iter().any(|word| covers(word)) || between_twins(before, rest) || is_next(before, rest)
}

/// Verbs and places before `下`, with which it is no `next`: `剩下一百元`.
const BEFORE_DOWN: [char; 24] = [
    '剩', '留', '余', '买', '放', '拍', '签', '欠', '省', '存', '收', '拿', '接', '定', '订', '记',
    '写', '租', '降', '卸', '楼', '底', '地', '以',
];

/// `下一单`
fn is_next(before: &str, rest: &str) -> bool {
    let down = before.strip_suffix('下').filter(|_| rest.starts_with('一'));
    down.is_some_and(|verb| !verb.ends_with(BEFORE_DOWN))
}

/// `试一试`, `等一等`: a verb on either side of a one.
fn between_twins(before: &str, rest: &str) -> bool {
    let mut after = rest.chars();
    let (one, verb) = (after.next(), after.next());
    let alike = verb.is_some() && verb == before.chars().next_back();
    one == Some('一') && alike && verb.is_some_and(crate::fold::is_cjk)
}

//! Words around a number that say what it is.

/// What a number behind one of these is, and no reference.
pub(super) const NAMES_OTHER: &[&str] = &[
    "phone",
    "mobile",
    "cell",
    "tel",
    "fax",
    "whatsapp",
    "zip",
    "postcode",
    "postal",
    "post code",
    "error",
    "pin",
    "password",
    "passcode",
    "otp",
    "verification",
    "security code",
    "card number",
    "card no",
    "passport",
    "电话",
    "手机",
    "座机",
    "传真",
    "联系方式",
    "打给",
    "微信",
    "qq",
    "邮编",
    "邮政编码",
    "错误",
    "报错",
    "验证码",
    "密码",
    "身份证",
    "护照",
    "银行卡",
    "卡号",
];
/// The same, unless it says on the way what the call is about.
pub(super) const NAMES_CALL: &[&str] = &["call me", "text me", "reach me"];
/// What says so: `call me about 1002345`.
pub(super) const ABOUT: &[&str] =
    &["about", "when", "if", "once", "because", "regarding", "with", "for"];
/// What says that it is one after all.
pub(super) const NAMES_ONE: &[&str] = &[
    "order",
    "ticket",
    "invoice",
    "parcel",
    "tracking",
    "reference",
    "ref",
    "case",
    "shipment",
    "订单",
    "单号",
    "运单",
    "工单",
    "发票",
    "快递",
    "编号",
    "单子",
    "流水",
];
/// What a number right beside one of these is: a flight, a product.
pub(super) const NAMES_THING: &[&str] = &[
    "flight", "train", "bus", "coach", "model", "version", "firmware", "series", "航班", "列车",
    "机型", "版本", "固件", "系列", "显卡",
];
/// The same right before it. A word between says more: `flight booking 12345`.
pub(super) const NAMES_BESIDE: &[&str] = &[
    "flights",
    "room",
    "gate",
    "seat",
    "plate",
    "班次",
    "车次",
    "火车",
    "高铁",
    "动车",
    "型号",
    "款式",
    "车牌",
    "房间",
    "房",
    "登机口",
    "座位",
];
/// The same right behind it: `CA1234次航班`.
pub(super) const NAMES_BEHIND: &[&str] = &["次航班", "次列车", "次高铁", "次动车", "型", "号线"];
/// What may stand between those and the number.
pub(super) const LINKS: &[&str] = &[
    "number", "no", "no.", "code", "is", "was", "the", ":", "#", "号", "号码", "号是", "是", "为",
];
/// How many of them, and one look more.
pub(super) const LINKS_MAX: usize = 4;
/// Characters before a number in which it is named.
pub(super) const LOOKED_BACK: usize = 24;
/// What is counted behind digits alone: `15000个`.
pub(super) const COUNTED: &str = "个件台箱块元圆只张条份套盒包瓶天年月日分秒时公斤克吨米里升次位名人户家多余几万千百亿倍页字步股";
/// The same in English: `10000 followers`.
pub(super) const COUNTED_WORDS: &[&str] = &[
    "pieces",
    "units",
    "items",
    "boxes",
    "people",
    "users",
    "customers",
    "followers",
    "copies",
    "orders",
    "parcels",
    "products",
    "miles",
    "km",
    "kilometers",
    "kilometres",
    "meters",
    "metres",
    "steps",
    "points",
    "shares",
    "times",
    "words",
    "characters",
    "pages",
    "grams",
    "kilos",
    "kg",
    "tons",
    "tonnes",
    "litres",
    "liters",
    "calories",
    "volts",
    "watts",
    "hours",
    "minutes",
    "seconds",
    "days",
    "percent",
];
/// What makes them a vague number.
pub(super) const VAGUE: &[&str] = &["or so", "or more", "or less", "or fewer"];

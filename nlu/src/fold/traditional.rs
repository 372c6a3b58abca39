//! Traditional characters and the simplified ones that stand for the same: those of days, times,
//! amounts, and of what customers and shops write to each other.
//!
//! Only characters that are never written in simplified text for anything else are here, and only
//! pairs of equal length in bytes: a place in the one text is the same place in the other.

use std::sync::LazyLock;

/// Each traditional character, directly before its simplified one.
const PAIRS: &[&str] = &[
    // Numbers, days, times, amounts.
    "萬万億亿兩两貳贰參参陸陆負负點点鐘钟鍾钟時时間间週周號号後后個个幾几餘余單单雙双倆俩",
    "塊块錢钱圓圆幣币歐欧鎊镑韓韩臺台灣湾紙纸價价費费漲涨減减貴贵數数額额總总計计約约過过",
    "禮礼晝昼遲迟舊旧農农曆历歷历節节國国慶庆聖圣誕诞勞劳動动兒儿親亲師师婦妇陽阳",
    "馬马剛刚現现還还從从來来內内淩凌裡里裏里頭头開开關关長长緊紧",
    // Yes, no, thanks, questions.
    "對对錯错沒没確确認认請请謝谢當当願愿絕绝嗎吗麼么為为誰谁樣样說说講讲話话問问題题",
    "應应該该會会這这們们給给讓让與与並并無无許许難难煩烦幫帮",
    // Orders, deliveries, invoices.
    "訂订購购買买賣卖貨货運运輸输遞递發发簽签達达郵邮編编碼码賬账帳帐戶户憑凭據据",
    "稅税務务補补償偿賠赔換换選选擇择調调變变轉转傳传連连",
    "銷销電电網网線线機机門门櫃柜倉仓庫库廠厂場场區区縣县鄉乡鎮镇樓楼層层圖图",
    "書书報报筆笔張张條条雜杂誌志飯饭館馆魚鱼雞鸡鴨鸭麵面湯汤藥药醫医",
    "壞坏損损壓压斷断裝装測测試试檢检驗验驚惊嚇吓響响聲声聽听見见視视覽览觀观讀读寫写",
    "質质產产業业標标準准規规則则類类級级別别種种組组員员隊队團团經经職职責责",
    "優优獎奖積积賓宾貼贴紅红藍蓝綠绿黃黄銀银銅铜鐵铁鋼钢顏颜",
    "車车軟软輕轻較较輛辆輪轮載载輯辑邊边遠远進进遊游適适",
    "學学習习練练術术衛卫衝冲處处備备復复複复雲云靈灵靜静項项順顺須须預预領领頻频",
    "風风飛飞養养駕驾騎骑騙骗體体髮发鬆松鮮鲜麗丽齊齐齡龄龍龙龜龟",
    "東东樂乐樹树橋桥極极構构槍枪榮荣歸归殘残氣气決决況况漢汉潔洁濟济濕湿滿满滾滚",
    "燈灯爐炉爭争爾尔狀状獨独獲获環环瑪玛療疗瘋疯盡尽監监盤盘睏困磚砖禍祸離离",
    "穩稳窮穷競竞簡简籤签糧粮糾纠紀纪納纳純纯紛纷細细終终結结絡络統统絲丝綁绑",
    "維维緒绪續续繼继繳缴織织罰罚羅罗義义聯联聞闻膚肤臉脸臨临舉举藝艺蘋苹蘭兰",
    "虧亏蟲虫褲裤襯衬襪袜覺觉觸触記记訊讯設设訪访證证評评詞词詢询詳详誤误",
    "談谈諒谅諾诺謀谋識识譯译議议護护讚赞貝贝貞贞財财貪贪販贩貿贸資资賀贺賞赏",
    "賴赖贈赠贏赢趕赶跡迹蹤踪軍军軌轨辦办辭辞迴回鄭郑鄰邻醜丑釋释針针釣钓",
    "鈕钮鈴铃錄录鍵键鎖锁鏡镜鑰钥閃闪閉闭閒闲閱阅闆板陣阵陳陈階阶隨随險险隱隐雖虽",
    "韌韧頁页頂顶頓顿頗颇顧顾顯显飲饮飾饰餓饿驅驱驟骤鬧闹鹽盐",
    "偉伟側侧傢家傷伤僅仅儀仪儘尽冊册凍冻創创勝胜勁劲勵励勸劝",
    "匯汇協协厭厌啟启啓启喚唤喪丧嘗尝嘆叹嚴严囉啰園园圍围壇坛塵尘壘垒夠够夢梦奪夺",
    "妝妆孫孙實实審审寬宽寶宝將将專专尋寻導导屆届屬属島岛帶带幹干廣广廳厅彈弹強强徹彻徵征",
    "恆恒惡恶愛爱態态慣惯慮虑憶忆懷怀懶懒戰战戲戏拋抛掃扫掛挂採采揀拣搶抢",
    "摺折撥拨擋挡擔担擁拥擊击擴扩擾扰攝摄攜携敗败敘叙敵敌暫暂曉晓曬晒",
    "朧胧棄弃棟栋樁桩檔档櫥橱歡欢歲岁殼壳毀毁漁渔漸渐潛潜澤泽濃浓灑洒",
    "熱热燒烧營营牆墙牽牵犧牺猶犹獻献瓊琼畢毕畫画異异疊叠癢痒盜盗眾众礙碍",
    "稱称穀谷窩窝筍笋範范築筑籃篮籌筹粵粤紮扎綜综緣缘縮缩縱纵繞绕繪绘罷罢",
    "聰聪腦脑腳脚膠胶臟脏華华葉叶蔥葱薦荐蘇苏衆众製制訓训託托訴诉診诊",
];

static TABLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut table: Vec<(char, char)> = Vec::new();
    for row in PAIRS {
        let mut chars = row.chars();
        while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
            table.push((from, to));
        }
    }
    table.sort_unstable();
    table.dedup();
    table
});

/// The simplified character for `c`, or `c` itself.
pub(super) fn simplified(c: char) -> char {
    if !super::is_cjk(c) {
        return c;
    }
    let place = TABLE.binary_search_by_key(&c, |(from, _)| *from);
    place.ok().and_then(|i| TABLE.get(i)).map_or(c, |(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_has_one_other_of_equal_length() {
        assert!(PAIRS.iter().all(|row| row.chars().count() % 2 == 0));
        for pair in TABLE.windows(2) {
            assert_ne!(pair[0].0, pair[1].0, "{pair:?}");
        }
        for (from, to) in TABLE.iter() {
            assert_eq!(from.len_utf8(), to.len_utf8(), "{from}{to}");
            assert_eq!(simplified(*to), *to, "{from}{to} is not the last step");
        }
    }
}

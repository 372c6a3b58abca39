//! Currencies of amounts: what no currency is called is equal to no amount that a system answers.

use flowright_nlu::value::Money;

use crate::base::Span;
use crate::diag::Code;
use crate::sema::cx::Checker;
use crate::syntax::ast::Name;
use crate::syntax::sums;

impl Checker<'_> {
    /// Warns of an amount in a currency that there is not.
    pub(super) fn currency(&mut self, money: Money, span: Span) {
        let code = money.currency.to_string();
        if sums::is_code(&code) {
            return;
        }
        let at = Span::new(span.start, span.start + 3);
        let message = format!("`{code}` is not the code of a currency");
        let finding = self.finding(Code::W0110, at, message).label("not in ISO 4217");
        let meant = match (sums::meant(&code), sums::swapped(&code)) {
            (Some(meant), _) => Some((meant, format!("write `{meant}`"))),
            (None, Some(meant)) => Some((meant, format!("did you mean `{meant}`?"))),
            (None, None) => None,
        };
        let finding = match meant {
            Some((meant, help)) => {
                finding.help(help).fix(format!("replace `{code}` by `{meant}`"), self.at(at), meant)
            }
            None => finding.help("write the three letters of its code, as `CNY` or `EUR`"),
        };
        self.report(finding);
    }

    /// Whether a name that there is not begins an amount in another form: `CNY20`, `cny`.
    pub(super) fn is_amount(&mut self, name: &Name) -> bool {
        let letters = name.text.find(|c: char| c.is_ascii_digit()).unwrap_or(name.text.len());
        let (word, digits) = name.text.split_at(letters);
        let Some(code) = sums::meant(word) else { return false };
        let finding = self
            .finding(Code::E0201, name.span, format!("there is no slot or value `{}`", name.text))
            .label("no such slot or value");
        let finding = if sums::is_number(digits) {
            let meant = format!("{code} {digits}");
            finding.help(format!("an amount is written `{meant}`")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                self.at(name.span),
                meant,
            )
        } else {
            finding.help(format!("an amount is written `{code} 20`, below zero `-{code} 20`"))
        };
        self.report(finding);
        true
    }
}

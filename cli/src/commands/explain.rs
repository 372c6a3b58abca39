//! `flowright explain`.

use flowright_compiler::diag::{Code, closest};
use flowright_runtime::codes;

use crate::Outcome;
use crate::args::ExplainArgs;
use crate::failure::{Failure, print};

pub(crate) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let Some(wanted) = &args.code else {
        let compiler = Code::ALL.iter().map(|code| format!("{code}  {}\n", code.slug()));
        let runtime = codes::ALL.iter().map(|code| format!("{}  {}\n", code.code, code.slug));
        let list: String = compiler.chain(runtime).collect();
        print(&list)?;
        return Ok(Outcome::Fine);
    };
    let page = Code::parse(wanted).map(Code::page).or_else(|| codes::page(wanted));
    match page {
        Some(page) => {
            print(page)?;
            Ok(Outcome::Fine)
        }
        None => Err(unknown(wanted)),
    }
}

fn unknown(wanted: &str) -> Failure {
    let wanted = wanted.trim().to_uppercase();
    let all: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .chain(codes::ALL.iter().map(|code| code.code))
        .collect();
    let slug = Code::ALL.iter().find(|code| code.slug().eq_ignore_ascii_case(&wanted));
    let help = match slug.map(|code| code.as_str()).or_else(|| closest(&wanted, all)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`flowright explain` lists all codes".to_owned(),
    };
    Failure::new(format!("there is no code `{wanted}`")).with_help(help)
}

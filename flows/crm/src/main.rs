//! Serves the example CRM: `flowright-crm [ADDRESS]`.

use std::process::ExitCode;

use flowright_crm::{Crm, Data};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let data = match today().and_then(Data::example) {
        Ok(data) => data,
        Err(cause) => return fail(&format!("the data cannot be read: {cause}")),
    };
    match TcpListener::bind(&address).await {
        Ok(listener) => {
            eprintln!("the CRM listens on http://{address}; what was changed: /audit");
            Crm::new(data).serve(listener).await;
            ExitCode::SUCCESS
        }
        Err(error) => fail(&format!("cannot listen on {address}: {error}")),
    }
}

/// Today where the company is.
fn today() -> Result<jiff::civil::Date, String> {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|e| e.to_string())?;
    Ok(zone.to_datetime(jiff::Timestamp::now()).date())
}

fn fail(message: &str) -> ExitCode {
    eprintln!("flowright-crm: {message}");
    ExitCode::from(2)
}

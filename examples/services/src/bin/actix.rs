//! The same with actix, whose middleware is a function.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Path};
use actix_web::{App, Error, HttpServer, rt};
use vitte_crash::CrashHandler;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install()?;
    let app =
        || App::new().wrap(from_fn(report_panics)).route("/compile/{unit}", web::get().to(compile));
    let server = HttpServer::new(app).bind("127.0.0.1:0")?;
    println!("{}", server.addrs().first().ok_or("no address")?);
    Ok(rt::System::new().block_on(server.run())?)
}

/// Answers a panic with the id of its report.
async fn report_panics<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let path = request.match_pattern().unwrap_or_default();
    let cx = vitte_crash::context("handling a request", None)
        .with("method", request.method().as_str())
        .with("path", &path);
    let response = vitte_crash::catch_future(cx.instrument(next.call(request))).await;
    response.unwrap_or_else(|report| Err(ErrorInternalServerError(format!("report {}", report.id))))
}

async fn compile(unit: Path<u32>) -> String {
    let _cx = vitte_crash::context("checking", None).with("unit", *unit);
    assert!(*unit % 10 != 3, "unit {unit} uses itself");
    format!("compiled {unit}\n")
}

//! A compiler as a web service with axum: a panic is answered with the id of its report, and other requests go on.

use axum::Router;
use axum::extract::{MatchedPath, Path};
use axum::http::request::Parts;
use axum::routing::get;
use tokio::net::TcpListener;
use vitte_crash::CrashHandler;
use vitte_crash::tower::CrashLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = CrashHandler::builder().program("mycc").version("1.0.0").install()?;
    let app = Router::new()
        .route("/compile/{unit}", get(compile))
        .layer(CrashLayer::new().path_template(template));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// Returns the template of a path, so that requests with other units have the same one.
fn template(request: &Parts) -> Option<String> {
    Some(request.extensions.get::<MatchedPath>()?.as_str().to_owned())
}

async fn compile(Path(unit): Path<u32>) -> String {
    tokio::task::yield_now().await;
    let _cx = vitte_crash::context("checking", None).with("unit", unit);
    assert!(unit % 10 != 3, "unit {unit} uses itself");
    format!("compiled {unit}\n")
}

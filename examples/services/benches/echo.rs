//! Measures what crash capture costs a web service: requests a second of an echo service with axum, without it and with all of it
//! (handler, `tower`, `tracing` with one event for each request), in turns.
//!
//! `cargo bench --manifest-path examples/services/Cargo.toml`. It needs `wrk`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::routing::post;
use tokio::net::TcpListener;
use tracing_subscriber::prelude::*;
use vitte_crash::CrashHandler;
use vitte_crash::tower::CrashLayer;

const ROUNDS: usize = 15;
const SECONDS: &str = "4s";
const SCRIPT: &str =
    "wrk.method = 'POST'; wrk.body = 'fn main() -> u32'; wrk.headers['x-request-id'] = 'r7'";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::var("ECHO").as_deref() {
        Ok("bare") => serve(false),
        Ok(_) => serve(true),
        Err(_) => measure(),
    }
}

#[tokio::main]
async fn serve(is_full: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut app = Router::new().route("/echo/{unit}", post(echo));
    let guard = is_full.then(|| CrashHandler::builder().without_store().install()).transpose()?;
    if is_full {
        tracing_subscriber::registry().with(vitte_crash::tracing::layer()).init();
        app = app.layer(CrashLayer::new().path_template(template));
    } else {
        tracing_subscriber::registry().init();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    drop(guard);
    Ok(())
}

fn template(request: &Parts) -> Option<String> {
    Some(request.extensions.get::<MatchedPath>()?.as_str().to_owned())
}

async fn echo(body: String) -> String {
    tracing::info!(bytes = body.len(), "echo");
    body
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let servers = ["bare", "full"].map(|kind| start(kind).unwrap());
    let script = std::env::temp_dir().join(format!("echo-{}.lua", std::process::id()));
    std::fs::write(&script, SCRIPT)?;
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // Each is the first one in every second round.
        for index in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            let url = format!("http://{}/echo/1", servers[index].1);
            let mut wrk = Command::new("wrk");
            wrk.args(["-t1", "-c32", "-d", SECONDS, "-s"]).arg(&script).arg(url);
            let output = String::from_utf8(wrk.output()?.stdout)?;
            let line = output.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
            rates[index].push(line.ok_or("no rate")?.trim().parse::<f64>()?);
        }
    }
    std::fs::remove_file(&script)?;
    for (mut server, _) in servers {
        server.kill()?;
        server.wait()?;
    }
    let mut costs: Vec<_> =
        rates[0].iter().zip(&rates[1]).map(|(bare, full)| 1.0 - full / bare).collect();
    let [bare, full] = rates.map(median);
    costs.sort_by(f64::total_cmp);
    println!(
        "| without crash capture | with all of it | cost, median of {ROUNDS} rounds |\n|---:|---:|---:|"
    );
    println!("| {bare:.0} requests/s | {full:.0} requests/s | {:.1} % |", median(costs) * 100.0);
    Ok(())
}

fn start(kind: &str) -> Result<(Child, String), Box<dyn std::error::Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut server = command.env("ECHO", kind).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    Ok((server, address.trim().to_owned()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

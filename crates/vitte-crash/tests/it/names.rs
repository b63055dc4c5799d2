//! Where users report a crash, and the command that shows it: on the terminal, in the stored report and in HTML.

use serde_json::Value;
use vitte_capsule::{Capsule, CrashReport};

use crate::child::{RunResult, run};

/// Crashes by a panic and by a signal with these names.
fn crashes(url: &str, command: &str) -> Vec<RunResult> {
    let kinds = ["panic", "segv"];
    let end = |kind| {
        let run = run(kind).with("CRASHER_REPORT_URL", url).with("CRASHER_COMMAND_NAME", command);
        run.end().clean()
    };
    kinds.into_iter().map(end).collect()
}

fn html(report: &Value) -> String {
    let report: CrashReport = serde_json::from_value(report.clone()).unwrap();
    Capsule::new(report).to_html()
}

/// Returns what is shown without the backtrace, with all blanks as one.
fn shown(ended: &RunResult) -> String {
    ended.stderr.replace("  =", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_user_reads_where_to_report_a_crash_and_which_command_shows_it() {
    let url = "https://example.org/mycc/issues";
    for ended in crashes(url, "mycc") {
        let (report, shown) = (ended.report(), shown(&ended));
        let id = report["id"].as_str().unwrap();
        assert!(shown.contains(&format!("not in your program; report it at {url}")), "{shown}");
        assert!(shown.contains(&format!("`mycc crash show {id} --dir ")), "{shown}");
        assert!(shown.contains(&format!("`mycc crash upload {id} --dir ")), "{shown}");
        assert_eq!(report["report_url"], url);
        assert!(html(report).contains(&format!("report it at {url}")));
        // The command belongs to the machine of the crash.
        assert!(!report.to_string().contains("command_name"), "{report:#}");
    }
}

#[test]
fn hostile_names_are_safe_everywhere() {
    let url = "javascript:alert(1)\"><script>x</script>\u{1b}]0;x\u{7}\u{202e}\n::error::x";
    let command = "my\u{1b}[2J cc'\n::warning::`x`";
    for ended in crashes(url, command) {
        let is_unsafe = |c: char| c != '\n' && vitte_diag::text::is_unsafe(c);
        assert!(!ended.stderr.contains(is_unsafe), "{}", ended.stderr);
        assert!(ended.stderr.lines().all(|line| !line.trim_start().starts_with("::")));
        assert!(ended.stderr.contains("javascript:alert(1)"), "{}", ended.stderr);
        let report = ended.report();
        assert_eq!(report["report_url"], url);
        let html = html(report);
        let text = html.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("report it at javascript:alert(1)&quot;&gt;&lt;script&gt;x"));
        for part in ["href=\"javascript", "<script>x", "\u{1b}", "\u{202e}"] {
            assert!(!html.contains(part), "{part:?}");
        }
    }
}

#[test]
fn long_names_leave_the_rest_of_a_report_readable() {
    let long = format!("https://example.org/{}", "x".repeat(10_000));
    for ended in crashes(&long, &"mycc".repeat(2_500)) {
        let lines: Vec<&str> = ended.stderr.lines().collect();
        assert!(lines.len() <= 30, "{} lines\n{}", lines.len(), ended.stderr);
        assert!(lines.iter().all(|line| line.len() <= 500), "{}", ended.stderr);
        assert!(shown(&ended).contains("report it at https://example.org/xxx"), "{}", ended.stderr);
        assert!(shown(&ended).contains("to view it: `myccmycc"), "{}", ended.stderr);
        let report = ended.report();
        assert_eq!(report["report_url"], long.as_str());
        let html = html(report).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(html.contains("report it at https://example.org/xxx"));
    }
}

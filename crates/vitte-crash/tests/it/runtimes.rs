//! Language runtimes with signal handlers of their own, installed before or after the crash handler; faults from which
//! they recover; and children that share the memory of the process.

use crate::child::{RunResult, run};

const KINDS: [&str; 5] = ["keep", "plain", "restore", "reinstall", "deaf"];
/// The kinds of crashes, and how the process ends.
const CRASHES: [(&str, i32); 5] = [
    ("segv", libc::SIGSEGV),
    ("bad", libc::SIGSEGV),
    ("bus", libc::SIGBUS),
    ("abort", libc::SIGABRT),
    ("trap", libc::SIGTRAP),
];

fn ended(argument: &str) -> RunResult {
    run(argument).end().clean()
}

/// Asserts that the run ends by a signal, and leaves one report of it.
fn assert_reported_once(argument: &str, signal: i32) {
    let ended = ended(argument);
    assert_eq!(ended.code(), -signal, "{argument}: {ended:#?}");
    assert_eq!(ended.fatal().len(), 1, "{argument}: {ended:#?}");
    let frames = ended.report()["frames"].as_array().unwrap();
    let names = frames.iter().filter_map(|frame| frame["function"].as_str());
    assert!(names.into_iter().any(|name| name == "crasher::culprit"), "{argument}: {ended:#?}");
}

#[test]
fn a_process_ends_by_its_signal_whatever_later_handlers_do() {
    for kind in KINDS {
        for (crash, signal) in CRASHES {
            if kind != "deaf" {
                assert_reported_once(&format!("{crash}+{kind}-after"), signal);
            }
        }
    }
}

#[test]
fn a_process_ends_by_its_signal_whatever_earlier_handlers_do() {
    for kind in KINDS {
        for (crash, signal) in CRASHES {
            if kind == "deaf" && ["abort", "trap"].contains(&crash) {
                continue;
            }
            for option in ["", "+previous-first"] {
                assert_reported_once(&format!("{crash}+{kind}-before{option}"), signal);
            }
        }
    }
}

#[test]
fn a_fault_from_which_an_earlier_handler_recovers_is_not_reported_if_it_is_asked_first() {
    for kind in ["keep", "restore", "reinstall", "deaf"] {
        let ended = ended(&format!("own-fault+{kind}-before+previous-first"));
        assert_eq!((ended.code(), ended.lines()), (0, vec!["survived"]), "{ended:#?}");
        assert_eq!((ended.reports.len(), &*ended.stderr), (0, ""), "{ended:#?}");
    }
    let mapped = ended("bad+repairing-handler+previous-first");
    assert_eq!((mapped.code(), mapped.reports.len(), &*mapped.stderr), (0, 0, ""), "{mapped:#?}");
}

#[test]
fn after_a_fault_that_the_program_survives_the_next_crash_is_reported() {
    for (option, count) in [("", 2), ("+previous-first", 1)] {
        for kind in ["keep", "plain", "reinstall"] {
            let ended = ended(&format!("own-fault-then-segv+{kind}-before{option}"));
            assert_eq!(ended.lines(), ["survived"], "{ended:#?}");
            assert_eq!(ended.reports.len(), count, "{kind}: {ended:#?}");
            assert_eq!(ended.reports[count - 1]["address"], "0x0", "{ended:#?}");
            assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
        }
    }
}

#[test]
fn a_fault_from_which_a_later_handler_recovers_is_not_seen() {
    for kind in ["keep", "plain", "restore", "reinstall", "deaf"] {
        let ended = ended(&format!("own-fault+{kind}-after"));
        assert_eq!((ended.code(), ended.reports.len()), (0, 0), "{ended:#?}");
    }
    let then = ended("own-fault-then-segv+keep-after");
    assert_eq!((then.code(), then.reports.len()), (-libc::SIGSEGV, 1), "{then:#?}");
}

#[test]
fn a_crash_of_a_child_that_shares_the_memory_does_not_hide_that_of_the_process() {
    let ended = ended("vfork");
    assert_eq!(ended.lines(), [format!("true {}", libc::SIGSEGV)]);
    assert_eq!(ended.code(), -libc::SIGSEGV, "{ended:#?}");
    assert_eq!(ended.reports.len(), 2, "{ended:#?}");
    assert_eq!(ended.reports[1]["context"][0]["name"], "in the parent");
}

#[test]
fn the_abort_after_a_reported_panic_is_not_reported() {
    let ended = ended("exit-in-local");
    assert_eq!(ended.code(), -libc::SIGABRT, "{ended:#?}");
    assert_eq!(ended.report()["message"], "in the destructor of a thread local");
}

/// Asserts that a process survives as without the crash handler, and leaves this many reports.
fn assert_survived(argument: &str, reports: usize) {
    let bare = run(&format!("{argument}+no-handler")).end();
    let ended = ended(argument);
    assert_eq!((ended.code(), &ended.stdout), (0, &bare.stdout), "{argument}: {ended:#?}");
    assert_eq!((bare.code(), ended.reports.len()), (0, reports), "{argument}: {ended:#?}");
}

#[test]
fn a_runtime_may_recover_from_very_many_faults_in_a_short_time() {
    for (option, reports) in [("", 1), ("+previous-first", 0)] {
        assert_survived(&format!("many-own-faults+keep-before{option}"), reports);
        assert_survived(&format!("jump+jump-before{option}"), reports);
        assert_survived(&format!("write-barrier+repairing-handler{option}"), reports);
        assert_survived(&format!("many-traps+deaf-before{option}"), reports);
    }
}

#[test]
fn a_runtime_that_has_recovered_from_a_fault_is_asked_first() {
    assert_survived("different-own-faults+keep-before", 1);
}

#[test]
fn a_runtime_may_jump_out_of_its_handler_on_a_thread_without_a_signal_stack() {
    assert_survived("jump-on-native-thread+jump-after", 0);
    assert_survived("jump-on-native-thread+jump-before+previous-first", 0);
}

#[test]
fn a_thread_that_has_ended_does_not_keep_its_stack_for_handlers() {
    assert_survived("jump-on-many-threads+jump-before+previous-first", 0);
}

#[test]
fn signal_stacks_may_be_small_or_missing() {
    for runtime in ["", "+keep-before", "+keep-after", "+keep-before+previous-first"] {
        for kind in ["segv-without-contexts", "overflow-without-contexts", "segv-on-native-thread"]
        {
            let argument = format!("{kind}{runtime}");
            let ended = run(&argument).end().clean();
            let signal = if kind.starts_with("overflow") { libc::SIGABRT } else { libc::SIGSEGV };
            assert_eq!(ended.code(), -signal, "{argument}: {ended:#?}");
            assert_eq!(
                (ended.reports.len(), ended.fatal().len()),
                (1, 1),
                "{argument}: {ended:#?}"
            );
        }
        // The kernel may need all of the space. The process must end in any case.
        let small = run(&format!("segv-on-small-signal-stack{runtime}")).end().clean();
        assert_eq!(small.code(), -libc::SIGSEGV, "{runtime}: {small:#?}");
        assert!(small.reports.len() <= 1, "{runtime}: {small:#?}");
    }
}

#[test]
fn a_crash_of_a_thread_that_is_cancelled_is_reported() {
    let ended = ended("cancelled");
    assert_eq!((ended.code(), ended.reports.len()), (-libc::SIGSEGV, 1), "{ended:#?}");
}

#[test]
fn a_reader_of_standard_error_that_is_stopped_does_not_stop_the_process() {
    for kind in ["segv", "abort"] {
        let run = run(&format!("{kind}+full-stderr"));
        let ended = run.end().clean();
        assert_eq!(ended.status, run.status_without_handler(), "{ended:#?}");
        assert_eq!(ended.reports.len(), 1, "{ended:#?}");
    }
    // Nothing can be reported, but the process ends.
    let run = run("segv+full-stderr+no-clone");
    assert_eq!(run.end().clean().status, run.status_without_handler());
}

/// Asserts that a run ends as without the handler, and leaves this many reports.
fn assert_same_end(argument: &str, reports: usize) {
    let run = run(argument);
    let ended = run.end().clean();
    assert_eq!(ended.status, run.status_without_handler(), "{argument}: {ended:#?}");
    assert_eq!(ended.reports.len(), reports, "{argument}: {ended:#?}");
}

#[test]
fn an_earlier_handler_may_end_the_process_in_its_own_way() {
    for option in ["", "+previous-first"] {
        for kind in ["exit", "exit-on-stack", "default", "large-frame", "abort"] {
            for crash in ["segv", "bus", "abort"] {
                assert_same_end(&format!("{crash}+{kind}-before{option}"), 1);
            }
        }
        for kind in ["abort", "crash"] {
            assert_same_end(&format!("trap+{kind}-before{option}"), 1);
        }
    }
}

#[test]
fn a_handler_that_crashes_again_and_again_ends_the_process() {
    for crash in ["segv", "trap", "thread-segv"] {
        for option in ["", "+previous-first"] {
            assert_same_end(&format!("{crash}+endless-before{option}"), 1);
        }
    }
}

#[test]
fn an_earlier_handler_is_not_called_where_the_system_could_not_call_it() {
    for option in ["", "+previous-first"] {
        assert_same_end(&format!("overflow+exit-on-stack-before{option}"), 1);
        assert_same_end(&format!("overflow+exit-before{option}"), 1);
    }
}

/// On other processors the instruction would be executed again.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_program_survives_a_trap_after_which_a_handler_sets_the_default_action() {
    for kind in ["default", "large-frame"] {
        assert_same_end(&format!("trap+{kind}-before"), 1);
        assert_same_end(&format!("trap+{kind}-before+previous-first"), 0);
    }
}

#[test]
fn functions_of_the_c_library_may_be_replaced() {
    assert_same_end("segv+replaced-clone", 1);
    assert_same_end("abort+replaced-clone", 1);
}

#[test]
fn a_library_reports_crashes_of_its_host_without_starting_that_again() {
    for crash in ["segv", "abort", "trap", "thread-segv", "overflow", "thread-overflow"] {
        let argument = format!("{crash}+host");
        assert_same_end(&argument, 1);
        let ended = ended(&argument);
        let frames = ended.report()["frames"].as_array().unwrap();
        let names: Vec<_> = frames.iter().filter_map(|frame| frame["function"].as_str()).collect();
        let is_named = names.iter().any(|name| name.starts_with("crasher::"));
        assert!(is_named, "{argument}: {ended:#?}");
        assert_eq!(ended.fatal().len(), 1, "{argument}: {ended:#?}");
        assert!(!ended.stderr.contains("unknown kind"), "{argument}: {ended:#?}");
    }
}

#[test]
fn a_library_stays_loaded_while_its_handler_is_installed() {
    assert_same_end("segv+host+unloaded", 1);
    assert_same_end("many-own-faults+keep-before+host+unloaded+previous-first", 0);
    assert_same_end("own-fault-then-segv+keep-before+host+unloaded+previous-first", 1);
}

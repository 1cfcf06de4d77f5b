//! The large desk of the report.

use std::fmt::Write as _;

use serde_json::Value;

/// Writes what a run over a large desk took, and whether it came out right.
pub(super) fn large(text: &mut String, run: &Value) -> std::fmt::Result {
    let figures = if run["figures"].is_object() { &run["figures"] } else { run };
    let number = |path: &str| figures.pointer(path).and_then(Value::as_f64).unwrap_or(0.0);
    let (tickets, events, rows) = (number("/tickets"), number("/events/appended"), number("/rows/fetched"));
    let caught_up = number("/caught_up_s");
    writeln!(
        text,
        "A generated desk of {tickets} tickets was read to its end while GLPI misbehaved in {} of a thousand calls, Farol was killed {} \
         times and every question was asked every 15 seconds; then each ticket and each line of its history was compared with what \
         the simulator holds.{}\n",
        number("/misbehave_per_thousand"),
        number("/kills"),
        run["commit"].as_str().map(|commit| format!(" Commit {commit}.")).unwrap_or_default(),
    )?;
    let lines = [
        ("Rows that GLPI gave", format!("{rows}")),
        ("Events in the log", format!("{events}")),
        ("Requests made again", told(figures.get("retries"))),
        (
            "Caught up after",
            format!("{caught_up:.0} s: {:.0} rows and {:.0} events a second", rows / caught_up, events / caught_up),
        ),
        (
            "Processor time of Farol",
            format!("{:.0} s: {:.0} \u{b5}s a row", number("/farol_cpu_s"), number("/farol_cpu_s") / rows * 1e6),
        ),
        ("Memory at its peak, questions included", memory(number("/peak_mib"), tickets)),
        ("Memory after a start on the full directory", memory(number("/resident_mib"), tickets)),
        ("Files at most", format!("{}", number("/files_max"))),
        ("Log on disk", memory(number("/log_mib"), tickets)),
        ("Store on disk", memory(number("/store_mib"), tickets)),
        ("A start on it: until it listens", format!("{:.0} ms", number("/listens_ms"))),
        ("A start on it: until the first answer", format!("{:.0} ms", number("/first_answer_ms"))),
        (
            "Questions asked meanwhile",
            format!(
                "{}, of which {} were refused; median {:.0} ms, slowest {:.0} ms",
                number("/answers/asked"),
                number("/answers/refused"),
                number("/answers/median_ms"),
                number("/answers/slowest_ms")
            ),
        ),
        ("Dead letters driven again", format!("{}", number("/redriven"))),
        ("Times that somebody gave a lost right back", format!("{}", number("/mended"))),
        ("Tickets compared", format!("{}", number("/verdict/tickets_compared"))),
        ("Lines of history compared", format!("{}", number("/verdict/history_compared"))),
        ("**Lost**", format!("**{}**", number("/verdict/lost"))),
        ("**Doubled**", format!("**{}**", number("/verdict/doubled"))),
        ("Damaged or otherwise wrong", format!("{}", number("/verdict/damaged") + number("/verdict/wrong"))),
    ];
    writeln!(text, "| What | How much |\n|---|---:|")?;
    for (what, how_much) in lines {
        writeln!(text, "| {what} | {how_much} |")?;
    }
    let Some(questions) = figures.pointer("/answers/by_question").and_then(Value::as_object) else { return Ok(()) };
    writeln!(text, "\n| Question, while the desk was read | Median, ms | Slowest, ms |\n|---|---:|---:|")?;
    for (question, took) in questions {
        let ms = |name: &str| took[name].as_f64().unwrap_or(0.0);
        writeln!(text, "| `{question}` | {:.0} | {:.0} |", ms("median_ms"), ms("slowest_ms"))?;
    }
    Ok(())
}

fn told(number: Option<&Value>) -> String {
    number.map_or("not counted".to_owned(), Value::to_string)
}

fn memory(mib: f64, tickets: f64) -> String {
    format!("{mib:.0} MiB: {:.0} bytes a ticket", mib * 1_048_576.0 / tickets)
}

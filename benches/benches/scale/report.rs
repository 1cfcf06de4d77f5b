//! The figures as a page of Markdown. Nothing in it is written by hand but the words.

use std::fmt::{Error, Write as _};

use crate::{
    Args,
    ask::{Answered, Answers},
    desk::Served,
    machine, peer,
    stages::{Stage, Stored},
};

/// The page.
pub(crate) fn markdown(
    args: &Args,
    (desk, stored): (&Served, &Stored),
    answers: &Answers,
    peer: &peer::Answers,
) -> Result<String, Error> {
    let mut page = String::new();
    head(&mut page, args)?;
    stages(&mut page, args, (desk, stored))?;
    lists(&mut page, &stored.lists)?;
    changes(&mut page, stored)?;
    questions(&mut page, args, answers, peer)?;
    Ok(page)
}

fn head(page: &mut String, args: &Args) -> Result<(), Error> {
    let Args { tickets, seed, repeats, .. } = args;
    let (machine, commit, day) = (machine::name(), machine::commit(), chrono::Utc::now().date_naive());
    let out = args.out.as_ref().map_or(String::new(), |path| format!(" --out {}", path.display()));
    writeln!(page, "# Performance\n")?;
    writeln!(
        page,
        "Measured on {day} at commit {commit}, on {machine}. Every figure below was written by this command:\n"
    )?;
    writeln!(page, "```sh")?;
    writeln!(
        page,
        "cargo bench --workspace --bench scale -- --tickets {tickets} --seed {seed} --repeats {repeats}{out}"
    )?;
    writeln!(page, "```\n")?;
    writeln!(
        page,
        "`FAROL_TEST_PYTHON` names a Python with duckdb, for the column of the peer. Machines are noisy and differ: read\n\
         ratios within one run rather than figures across runs. One bench for each stage by itself: `cargo bench\n\
         --workspace --bench transforms` (`codec`, `commit` beside plain SQLite, `projection`, `store`, `questions`).\n"
    )
}

fn stages(page: &mut String, args: &Args, (desk, stored): (&Served, &Stored)) -> Result<(), Error> {
    writeln!(page, "## Stages\n")?;
    writeln!(
        page,
        "A desk of ten years with {} tickets, generated in {:.1} s and served over HTTP on loopback by a process of its own.\n\
         The stages run one after the other here, each alone beside the desk; `farol up` runs them side by side. CPU is all\n\
         processors' work for Farol; the peak is of the stage's resident memory.\n",
        number(args.tickets as u64),
        desk.made_in_s
    )?;
    writeln!(page, "| stage | items | seconds | items/s | CPU s | peak MiB |")?;
    writeln!(page, "|---|--:|--:|--:|--:|--:|")?;
    for stage in &stored.stages {
        let cpu = stage.cpu_s.map_or(String::new(), |cpu| format!("{cpu:.1}"));
        let peak = stage.peak_mib.map_or(String::new(), number);
        writeln!(
            page,
            "| {} | {} | {:.2} | {} | {cpu} | {peak} |",
            stage.name,
            items(stage),
            stage.seconds,
            rate(stage)
        )?;
    }
    let rows = &stored.rows;
    writeln!(
        page,
        "\nRows of GLPI: {} fetched = {} repeated + {} converted + {} filtered + {} dead. While they were read, the simulated\n\
         GLPI worked for {:.1} s on them, on the same cores. On disk: log {:.0} MiB, store {:.0} MiB.\n",
        number(rows.fetched),
        number(rows.repeated),
        number(rows.converted),
        number(rows.filtered),
        number(rows.dead),
        stored.server_cpu_s,
        stored.log_mib,
        stored.store_mib
    )
}

fn lists(page: &mut String, lists: &[Stage]) -> Result<(), Error> {
    writeln!(page, "Ingestion by what it reads:\n")?;
    writeln!(page, "| list | rows | seconds | rows/s |")?;
    writeln!(page, "|---|--:|--:|--:|")?;
    for list in lists.iter().filter(|list| list.count > 0) {
        writeln!(page, "| {} | {} | {:.2} | {} |", list.name, number(list.count), list.seconds, rate(list))?;
    }
    writeln!(page)
}

fn changes(page: &mut String, stored: &Stored) -> Result<(), Error> {
    let of = |part: fn(&crate::stages::Change) -> f64| {
        let mut times: Vec<f64> = stored.changes.iter().map(part).collect();
        times.sort_by(f64::total_cmp);
        (median(&times), times.last().copied().unwrap_or(0.0))
    };
    writeln!(page, "## One changed ticket\n")?;
    writeln!(
        page,
        "On the full store, {} times: a ticket is changed in GLPI and read again at once.\n",
        stored.changes.len()
    )?;
    writeln!(page, "| part | median ms | slowest ms |")?;
    writeln!(page, "|---|--:|--:|")?;
    let parts: [(&str, (f64, f64)); 3] = [
        ("read from GLPI, appended to the log", of(|change| change.read_ms)),
        ("folded, committed to the store", of(|change| change.stored_ms)),
        ("seen by the read side", of(|change| change.seen_ms)),
    ];
    for (name, (median, slowest)) in parts {
        writeln!(page, "| {name} | {median:.1} | {slowest:.1} |")?;
    }
    writeln!(page)
}

fn questions(page: &mut String, args: &Args, answers: &Answers, peer: &peer::Answers) -> Result<(), Error> {
    writeln!(page, "## Questions\n")?;
    writeln!(
        page,
        "Each use case as the API calls it, filters, page of 50 rows, names and `meta` included; HTTP and cache are not. First:\n\
         the first time after the store was opened. Again: the median of {} more. Counted: the tickets, clocks or events of the\n\
         answer. DuckDB answers the same by SQL written for it, in as many threads, from a table in its memory (the timeline\n\
         from Parquet, as Farol's) and without names and `meta`; the ratio is DuckDB's time over Farol's.\n",
        args.repeats
    )?;
    writeln!(page, "| question | counted | first ms | again ms | CPU ms | DuckDB ms | ratio |")?;
    writeln!(page, "|---|--:|--:|--:|--:|--:|--:|")?;
    for answered in &answers.all {
        let Answered { question, counted, first_ms, again_ms, cpu_ms } = answered;
        let (name, again) = (question.name(), median(again_ms));
        let count = counted.map_or(String::new(), number);
        let (duck, ratio) = match peer.by_question.get(&name) {
            Some(other) if Some(other.counted) == *counted => {
                (format!("{:.1}", other.ms), format!("{:.1}", other.ms / again))
            }
            Some(other) => (format!("{:.1} (counts {})", other.ms, number(other.counted)), String::new()),
            None => Default::default(),
        };
        writeln!(page, "| {name} | {count} | {first_ms:.1} | {again:.2} | {cpu_ms:.1} | {duck} | {ratio} |")?;
    }
    Ok(())
}

fn items(stage: &Stage) -> String {
    format!("{} {}", number(stage.count), stage.items)
}

fn rate(stage: &Stage) -> String {
    number((stage.count as f64 / stage.seconds.max(1e-9)) as u64)
}

fn median(ascending: &[f64]) -> f64 {
    let (low, high) = (ascending.len().saturating_sub(1) / 2, ascending.len() / 2);
    let at = |place: usize| ascending.get(place).copied().unwrap_or(0.0);
    f64::midpoint(at(low), at(high))
}

/// A whole number with commas between thousands.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

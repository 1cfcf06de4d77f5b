//! The whole way at a size of choice: a generated desk read, stored and asked, as a table of what each part took.
//!
//! `cargo bench --workspace --bench scale -- --tickets 100000 --out docs/performance.md`

mod ask;
mod desk;
mod machine;
mod peer;
mod report;
mod stages;

use std::path::PathBuf;

use clap::Parser;

/// Reads, stores and asks a generated desk, and measures it.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// Tickets of the desk
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    tickets: usize,
    /// Decides every chance in the desk
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Times that each question is asked again, and that a ticket is changed
    #[arg(long, value_name = "N", default_value_t = 30)]
    repeats: usize,
    /// Where the table goes (default: the screen)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A Python with duckdb, to ask DuckDB the same in the same run
    #[arg(long, value_name = "FILE", env = "FAROL_TEST_PYTHON")]
    python: Option<PathBuf>,
    /// Where the data directory is made and removed again; it should be on a disk
    #[arg(long, value_name = "DIR", default_value = env!("CARGO_TARGET_TMPDIR"))]
    folder: PathBuf,
    /// Serve the desk: what this program starts itself as, so that the two do not share their memory
    #[arg(long, hide = true)]
    serve: bool,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.serve {
        return desk::serve(args.tickets, args.seed);
    }
    tokio::runtime::Runtime::new()?.block_on(run(&args))
}

async fn run(args: &Args) -> anyhow::Result<()> {
    std::fs::create_dir_all(&args.folder)?;
    let dir = tempfile::tempdir_in(&args.folder)?;
    let mut desk = desk::Served::start(args.tickets, args.seed)?;
    let stored = stages::run(&mut desk, dir.path(), args.repeats).await?;
    let answers = ask::every(&stored.analytics, args.tickets, args.repeats).await?;
    let peer = match &args.python {
        Some(python) => peer::ask(python, dir.path(), &answers, args.repeats).await?,
        None => peer::Answers::default(),
    };
    let text = report::markdown(args, (&desk, &stored), &answers, &peer)?;
    match &args.out {
        Some(path) => std::fs::write(path, text)?,
        None => print!("{text}"),
    }
    Ok(())
}

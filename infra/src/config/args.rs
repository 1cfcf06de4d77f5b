//! The settings on the command line and in the environment.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use super::{
    ByName, Given, Origin,
    kind::Kind,
    settings::{FILE_VARIABLE, SETTINGS, Setting},
};

/// The name of the argument that names the file.
const FILE: &str = "config";

/// Settings as flags and variables give them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(super) given: ByName,
    pub(super) file: Option<PathBuf>,
}

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(FILE).long(FILE).env(FILE_VARIABLE).hide_env_values(true).value_name("FILE");
        let file = file.value_parser(clap::value_parser!(PathBuf));
        command
            .arg(file.help("Configuration file (default: farol.toml in the working directory, if it is there)"))
            .args(SETTINGS.iter().map(arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Self::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| Some((setting.name, given(setting, matches)?)));
        self.given.extend(given);
        // An empty variable is what a script leaves that has nothing to say.
        self.file = matches.get_one::<PathBuf>(FILE).filter(|path| !path.as_os_str().is_empty()).cloned();
        Ok(())
    }
}

fn arg(setting: &Setting) -> Arg {
    let arg = Arg::new(setting.name).long(setting.flag).env(setting.variable).value_name(setting.placeholder);
    // A value may hold a secret wherever somebody put it; usage texts are shown around.
    let arg = arg.hide_env_values(true).allow_negative_numbers(true).help(setting.meaning);
    if setting.kind == Kind::Switch { arg.num_args(0..=1).default_missing_value("true") } else { arg }
}

fn given(setting: &Setting, matches: &ArgMatches) -> Option<Given> {
    let text = matches.get_one::<String>(setting.name)?.clone();
    match matches.value_source(setting.name)? {
        ValueSource::CommandLine => Some(Given { text, from: Origin::Flag(setting.flag) }),
        ValueSource::EnvVariable if !text.is_empty() => Some(Given { text, from: Origin::Variable(setting.variable) }),
        _ => None,
    }
}

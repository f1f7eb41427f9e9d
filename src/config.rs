//! Settings: defaults, below the user's file, below the environment, below the command line. The
//! only file that names `directories`. A home that is missing or can't be read is no error; a file
//! that is named, or can be read and is wrong, is.

use crate::event::Zone;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a person can set for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The zone of the times that are shown.
    pub tz: Zone,
    /// The zone of times in the evidence that carry none.
    pub assume_tz: Zone,
    /// Lines are drawn in ASCII: when asked for, or when the locale is not UTF-8.
    pub ascii: bool,
    /// The workbench takes the mouse.
    pub mouse: bool,
    /// Macros that replace the content's own, the later the stronger: those of the file, then of
    /// the environment, then of the command line.
    pub macros: Vec<PathBuf>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

/// What the command line says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Flags {
    /// `--tz`.
    pub tz: Option<Zone>,
    /// `--assume-tz`.
    pub assume_tz: Option<Zone>,
    /// `--ascii`.
    pub ascii: bool,
    /// `--no-mouse`.
    pub no_mouse: bool,
    /// `--macros`.
    pub macros: Vec<PathBuf>,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file that `GIMLET_CONFIG` names can't be read, or the usual one for another reason than
    /// that it is not there or not permitted.
    #[error("can't read the settings '{}': {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file says something that is not known or not allowed.
    #[error("'{}', line {line}: {reason}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A variable of the environment has a value that is not allowed.
    #[error("{name} is '{value}': {remedy}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What to write.
        remedy: &'static str,
    },
}

const ZONE_REMEDY: &str = "write 'UTC' or an offset such as '+02:00'";
const SWITCH_REMEDY: &str = "write '1' or '0'";

/// The keys of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSettings {
    tz: Option<FileZone>,
    assume_tz: Option<FileZone>,
    ascii: Option<bool>,
    mouse: Option<bool>,
    macros: Option<Paths>,
}

#[derive(Debug, Clone, Copy)]
struct FileZone(Zone);

impl<'de> Deserialize<'de> for FileZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("'{text}' is no zone; {ZONE_REMEDY}"));
        Zone::parse(&text).map(Self).ok_or_else(wrong)
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a path or a list of paths")]
enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Settings {
    /// From the user's file, the environment and `flags`.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let environment = |name: &str| {
            let value = std::env::var_os(name)?.to_string_lossy().into_owned();
            (!value.is_empty()).then_some(value)
        };
        let file = read_file(&environment)?;
        Self::from_parts(flags, &environment, file)
    }

    /// From what was read: `file` is the path of the settings file and its text.
    fn from_parts(
        flags: &Flags,
        environment: Environment<'_>,
        file: Option<(PathBuf, String)>,
    ) -> Result<Self, ConfigError> {
        let said = match &file {
            Some((path, text)) => parse(path, text)?,
            None => FileSettings::default(),
        };
        let tz = variable(environment, "GIMLET_TZ", Zone::parse, ZONE_REMEDY)?;
        let assume_tz = variable(environment, "GIMLET_ASSUME_TZ", Zone::parse, ZONE_REMEDY)?;
        let ascii = variable(environment, "GIMLET_ASCII", switch, SWITCH_REMEDY)?;
        let mouse = variable(environment, "GIMLET_MOUSE", switch, SWITCH_REMEDY)?;
        let zone = |flag: Option<Zone>, variable: Option<Zone>, file: Option<FileZone>| {
            let file = file.map(|zone| zone.0);
            flag.or(variable).or(file).unwrap_or_default()
        };
        let mut macros = match said.macros {
            Some(Paths::One(path)) => vec![path],
            Some(Paths::Many(paths)) => paths,
            None => vec![],
        };
        if let Some((path, _)) = &file {
            let folder = path.parent().unwrap_or(Path::new(""));
            macros = macros.iter().map(|p| from_folder(folder, p)).collect();
        }
        let listed = environment("GIMLET_MACROS").unwrap_or_default();
        let listed = std::env::split_paths(&listed);
        macros.extend(listed.filter(|path| !path.as_os_str().is_empty()));
        macros.extend(flags.macros.iter().cloned());
        Ok(Self {
            tz: zone(flags.tz, tz, said.tz),
            assume_tz: zone(flags.assume_tz, assume_tz, said.assume_tz),
            ascii: flags.ascii
                || ascii
                    .or(said.ascii)
                    .unwrap_or_else(|| !is_utf8(environment)),
            mouse: !flags.no_mouse && mouse.or(said.mouse).unwrap_or(true),
            macros,
            file: file.map(|(path, _)| path),
        })
    }
}

/// The file that `GIMLET_CONFIG` names, else `gimlet/config.toml` where the system keeps settings.
fn read_file(environment: Environment<'_>) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let named = environment("GIMLET_CONFIG").map(PathBuf::from);
    let usual = || {
        let folders = directories::ProjectDirs::from("", "", "gimlet")?;
        Some(folders.config_dir().join("config.toml"))
    };
    let is_named = named.is_some();
    let Some(path) = named.or_else(usual) else {
        return Ok(None);
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if !is_named && is_absent(error.kind()) => Ok(None),
        Err(error) => Err(ConfigError::Unreadable {
            path,
            reason: error.to_string(),
        }),
    }
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory
    )
}

fn parse(path: &Path, text: &str) -> Result<FileSettings, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        ConfigError::Wrong {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            reason: error.message().replace('`', "'"),
        }
    })
}

/// A path in the file is relative to the file's folder; `~/` is the home.
fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    let home = path.strip_prefix("~").ok().and_then(|rest| {
        let folders = directories::BaseDirs::new()?;
        Some(folders.home_dir().join(rest))
    });
    home.unwrap_or_else(|| folder.join(path))
}

fn variable<T>(
    environment: Environment<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
    remedy: &'static str,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = environment(name) else {
        return Ok(None);
    };
    match read(&value) {
        Some(read) => Ok(Some(read)),
        None => Err(ConfigError::Variable {
            name,
            value,
            remedy,
        }),
    }
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Whether the locale's encoding is UTF-8, by the first of the variables that is set (POSIX, "8.2
/// Internationalization Variables"); Windows terminals are.
fn is_utf8(environment: Environment<'_>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| environment(name));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(flags: &Flags, environment: &[(&str, &str)], file: Option<&str>) -> Settings {
        try_made(flags, environment, file).unwrap()
    }

    fn try_made(
        flags: &Flags,
        environment: &[(&str, &str)],
        file: Option<&str>,
    ) -> Result<Settings, ConfigError> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let file = file.map(|text| (PathBuf::from("/conf/config.toml"), text.to_owned()));
        Settings::from_parts(flags, &variable, file)
    }

    #[test]
    fn the_command_line_is_above_the_environment_above_the_file() {
        let file = "tz = '+01:00'\nassume_tz = '+01:00'\nascii = true\nmouse = false\n\
                    macros = 'mine.conf'\n";
        let settings = made(&Flags::default(), &[], Some(file));
        assert_eq!(settings.tz, Zone::parse("+01:00").unwrap());
        assert!(settings.ascii && !settings.mouse);
        let environment = [
            ("GIMLET_TZ", "+02:00"),
            ("GIMLET_ASCII", "0"),
            ("GIMLET_MOUSE", "yes"),
            ("GIMLET_MACROS", "a.conf"),
        ];
        let flags = Flags {
            tz: Some(Zone::UTC),
            macros: vec!["b.conf".into()],
            ..Flags::default()
        };
        let settings = made(&flags, &environment, Some(file));
        assert_eq!(settings.tz, Zone::UTC);
        assert_eq!(settings.assume_tz, Zone::parse("+01:00").unwrap());
        assert!(!settings.ascii && settings.mouse);
        let macros = ["/conf/mine.conf", "a.conf", "b.conf"].map(PathBuf::from);
        assert_eq!(settings.macros, macros);
        let without_flags = made(&Flags::default(), &environment, None);
        assert_eq!(without_flags.tz, Zone::parse("+02:00").unwrap());
    }

    #[test]
    fn a_locale_without_utf8_means_ascii() {
        let ascii = |environment: &[(&str, &str)]| made(&Flags::default(), environment, None).ascii;
        assert!(ascii(&[]));
        assert!(ascii(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]));
        assert!(!ascii(&[("LANG", "en_US.UTF-8")]));
        assert!(!ascii(&[("LC_CTYPE", "de_DE.utf8"), ("LANG", "C")]));
        assert!(!made(&Flags::default(), &[], Some("ascii = false")).ascii);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, error) in [
            (
                "tz = 'UTC'\n\ncolour = 1\n",
                "'/conf/config.toml', line 3: unknown field 'colour', \
             expected one of 'tz', 'assume_tz', 'ascii', 'mouse', 'macros'",
            ),
            (
                "mouse = true\ntz = 'Berlin'",
                "'/conf/config.toml', line 2: 'Berlin' is no zone; \
             write 'UTC' or an offset such as '+02:00'",
            ),
            (
                "macros = 1",
                "'/conf/config.toml', line 1: expected a path or a list of paths",
            ),
        ] {
            let found = try_made(&Flags::default(), &[], Some(text)).unwrap_err();
            assert_eq!(found.to_string(), error);
        }
        let error = try_made(&Flags::default(), &[("GIMLET_MOUSE", "maybe")], None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "GIMLET_MOUSE is 'maybe': write '1' or '0'"
        );
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder
            .path()
            .join("none.toml")
            .to_string_lossy()
            .into_owned();
        let named = |name: &str| (name == "GIMLET_CONFIG").then(|| path.clone());
        assert!(matches!(
            read_file(&named),
            Err(ConfigError::Unreadable { .. })
        ));
    }
}

//! A rule made ready to run: its file, its macros, its parsed search and its plan, loaded once
//! before any evidence is opened. What a person reads of it is `view`'s.

use super::check::lints;
use super::hunt::HuntOptions;
use crate::cim::{Dataset, Models, Sources};
use crate::content::attack::Attack;
use crate::content::detection::Drilldown;
use crate::content::folder::in_parallel;
use crate::content::{Detection, Folder, LoadError, Macros, ParsedSearch};
use crate::event::{Timestamp, Zone};
use crate::evidence::prefilter::{Needles, Wanted};
use crate::risk::{EntitySpec, RiskSpec, TechniqueSpec, ThreatObjectSpec};
use crate::search::needles::needles;
use crate::search::{Plan, PlanInput, PlanOptions, Table};
use crate::spl::ast::{CommandKind, Predicate};
use crate::spl::{Diagnostic, Pipeline, Span, fields};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a rule and its macros are.
#[derive(Debug, Clone, Default)]
pub struct RuleFiles {
    /// The detection; none: the built-in one.
    pub rule: Option<PathBuf>,
    /// Macro files and folders, the later the stronger.
    pub macros: Vec<PathBuf>,
}

/// A rule that can be run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The file.
    pub detection: Detection,
    /// Built-in macros and overrides.
    pub macros: Arc<Macros>,
    /// ATT&CK names.
    pub attack: Arc<Attack>,
    /// The search, expanded and parsed.
    pub parsed: ParsedSearch,
    /// The search made runnable.
    pub plan: Plan,
    /// The datasets that searches may name.
    pub datasets: Arc<[Dataset]>,
    /// What fills the dataset of raw events, where the search asks for them.
    pub raw: Option<Sources>,
    /// The zone in which the search writes times.
    pub options: PlanOptions,
}

/// Why a rule can't be run: the whole message, drawn over several lines, with file, line, column
/// and the text underlined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(pub String);

impl From<LoadError> for RuleError {
    fn from(error: LoadError) -> Self {
        Self(error.drawn())
    }
}

/// What rules of one content share.
struct Shared {
    macros: Arc<Macros>,
    attack: Arc<Attack>,
    datasets: Arc<[Dataset]>,
    options: PlanOptions,
}

impl Shared {
    fn of(content: &Folder, models: &Models, zone: Zone) -> Self {
        Self {
            macros: Arc::new(content.macros.clone()),
            attack: Arc::new(content.attack.clone()),
            datasets: models.datasets().cloned().collect(),
            options: options(content, zone),
        }
    }
}

impl Rule {
    /// Loads the rule and its macros and makes the plan. `zone` is the one in which `ctime` writes.
    pub fn load(files: &RuleFiles, models: &Models, zone: Zone) -> Result<Self, RuleError> {
        let detection = match &files.rule {
            Some(path) => Detection::read(path)?,
            None => Detection::built_in()?,
        };
        let mut content = Folder::built_in()?;
        content.macros.add_filter_of(&detection);
        content.add_macros(&files.macros)?;
        Self::of(detection, &content, models, zone)
    }

    /// Makes a rule ready that was read already, with the macros and all else of its content.
    pub fn of(
        detection: Detection,
        content: &Folder,
        models: &Models,
        zone: Zone,
    ) -> Result<Self, RuleError> {
        let mut shared = Shared::of(content, models, zone);
        Arc::make_mut(&mut shared.macros).add_filter_of(&detection);
        Self::make(detection, &shared)
    }

    /// The same for several rules, in their order: each, or why it can't be run. They share what is
    /// not their own.
    pub fn all_of(
        detections: &[Detection],
        content: &Folder,
        models: &Models,
        zone: Zone,
    ) -> Vec<Result<Self, RuleError>> {
        let mut shared = Shared::of(content, models, zone);
        let macros = Arc::make_mut(&mut shared.macros);
        for detection in detections {
            macros.add_filter_of(detection);
        }
        in_parallel(detections, |detection| {
            Self::make(detection.clone(), &shared)
        })
    }

    /// Makes a rule ready whose filter macro is known.
    fn make(detection: Detection, shared: &Shared) -> Result<Self, RuleError> {
        let parsed = ParsedSearch::of(&detection, &shared.macros)
            .map_err(|error| RuleError(error.drawn()))?;
        let raw = raw_events(&parsed.pipeline);
        let mut datasets = Arc::clone(&shared.datasets);
        if let Some(raw) = &raw {
            let own = [raw.dataset().clone()];
            datasets = shared.datasets.iter().cloned().chain(own).collect();
        }
        let made = compile(&parsed, &datasets, &shared.options, raw.as_ref());
        let plan = made.map_err(|problems| {
            let drawn: Vec<String> = problems
                .iter()
                .map(|problem| parsed.draw(&detection, problem))
                .collect();
            RuleError(drawn.join("\n"))
        })?;
        Ok(Self {
            detection,
            macros: Arc::clone(&shared.macros),
            attack: Arc::clone(&shared.attack),
            parsed,
            plan,
            datasets,
            raw,
            options: shared.options.clone(),
        })
    }

    /// As it is for another search over the same evidence: with the fields that this one asks of
    /// raw events, where the rule's own search does not ask for all of them.
    pub(super) fn for_search(&self, pipeline: &Pipeline) -> Cow<'_, Self> {
        let own = self.raw.as_ref().map(Sources::dataset);
        let has = |name: &str| own.is_some_and(|own| own.index(name).is_some());
        let raw = raw_events(pipeline);
        let lacking = raw.filter(|raw| !raw.dataset().fields.iter().all(|f| has(&f.name)));
        let Some(raw) = lacking else {
            return Cow::Borrowed(self);
        };
        let others = self.datasets.iter().filter(|dataset| !dataset.is_raw());
        let datasets = others.cloned().chain([raw.dataset().clone()]).collect();
        Cow::Owned(Self {
            datasets,
            raw: Some(raw),
            ..self.clone()
        })
    }

    /// Those that fill its dataset.
    pub fn sources<'a>(&'a self, all: &'a Sources) -> &'a Sources {
        let raw = self.raw.as_ref();
        let raw = raw.filter(|raw| raw.dataset().full_name() == self.plan.dataset());
        raw.or_else(|| all.filling(self.plan.dataset()))
            .unwrap_or(all)
    }

    /// The same with another plan: what a search inside of it brings.
    #[must_use]
    pub fn with_plan(&self, plan: Plan) -> Self {
        Self {
            plan,
            ..self.clone()
        }
    }

    /// The place of its dataset among [`Self::datasets`].
    pub fn dataset(&self) -> usize {
        match self.plan.input() {
            PlanInput::Dataset { index } => *index,
            PlanInput::Table { .. } | PlanInput::Nothing => usize::MAX,
        }
    }

    /// Why some evidence can't be searched with it where the evidence is read once for each dataset
    /// (`hunt`, not `hunt_once`): what is read twice must be there twice.
    pub fn refused_evidence(&self, options: &HuntOptions) -> Option<String> {
        let beside = self.plan.beside();
        let other = beside.first().filter(|_| options.reads_a_stream())?;
        Some(format!(
            "'{}' brings rows of '{}' to those of '{}', for which the evidence is read twice, and \
             standard input or a pipe can be read once: save it to a file and open that, or run \
             'gimlet hunt', which reads it once",
            self.detection.name,
            other.dataset(),
            self.plan.dataset()
        ))
    }

    /// The plan as it is when `now` is known: another than [`Rule::plan`] only for a search that
    /// asks what time it is.
    pub fn plan_at(&self, now: Option<Timestamp>) -> Cow<'_, Plan> {
        if now.is_none() || !self.plan.asks_now() {
            return Cow::Borrowed(&self.plan);
        }
        let options = PlanOptions {
            now,
            ..self.options.clone()
        };
        // It could be compiled before.
        match Plan::compile(&self.parsed.pipeline, &self.datasets, &options) {
            Ok(plan) => Cow::Owned(plan),
            Err(_) => Cow::Borrowed(&self.plan),
        }
    }

    /// What is odd about the search, though it runs: each drawn, with the text underlined.
    pub fn drawn_lints(&self) -> Vec<String> {
        let draw = |lint| self.parsed.draw(&self.detection, lint);
        lints(&self.parsed, &self.plan).iter().map(draw).collect()
    }

    /// The same, each on one line.
    pub fn lints(&self) -> Vec<String> {
        let said = |lint| self.parsed.said(&self.detection, lint);
        lints(&self.parsed, &self.plan).iter().map(said).collect()
    }

    /// The expanded search's text of a span, on one line.
    pub fn stage_text(&self, span: Span) -> String {
        let text = self
            .parsed
            .expanded
            .text
            .get(span.start..span.end)
            .unwrap_or("");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The columns of the result, without rows.
    pub fn columns(&self) -> Table {
        self.plan.run_rows(std::iter::empty())
    }

    /// Whether the where-clause of the first command looks at a field, written without its dataset;
    /// or may do so, where searches stand inside of the search.
    pub fn tests_field(&self, field: &str) -> bool {
        let mut predicates = self.predicate().into_iter();
        self.plan.has_searches() || predicates.any(|predicate| names_field(predicate, field))
    }

    /// The where-clause of the first command.
    pub fn predicate(&self) -> Option<&Predicate> {
        match &self.parsed.pipeline.commands.first()?.kind {
            CommandKind::Tstats(tstats) => tstats.predicate.as_ref(),
            CommandKind::Search(predicate) => Some(predicate),
            _ => None,
        }
    }

    /// The place of the first drilldown that reads risk events, or of the first that does not. One
    /// that can't be read is taken for one that does not: opening it tells why.
    pub fn drilldown_place(&self, of_risk: bool) -> Option<usize> {
        let reads_risk = |drilldown: &Drilldown| {
            let Ok(parsed) = ParsedSearch::of_drilldown(&self.detection, drilldown, &self.macros)
            else {
                return false;
            };
            match parsed
                .pipeline
                .commands
                .first()
                .map(|command| &command.kind)
            {
                Some(CommandKind::From(dataset)) => dataset.model == "Risk",
                Some(CommandKind::Tstats(tstats)) => tstats.from.model == "Risk",
                _ => false,
            }
        };
        let mut drilldowns = self.detection.drilldowns.iter();
        drilldowns.position(|drilldown| reads_risk(drilldown) == of_risk)
    }

    /// The fields that the first command groups by, without their dataset's name; of a search of
    /// raw events those of its first `stats`.
    pub fn by_fields(&self) -> Vec<&str> {
        let mut commands = self.parsed.pipeline.commands.iter();
        let grouping = commands.find_map(|command| match &command.kind {
            CommandKind::Tstats(tstats) => Some(tstats.by.as_slice()),
            CommandKind::Stats(stats) => Some(stats.by.as_slice()),
            _ => None,
        });
        let by = grouping.unwrap_or_default();
        by.iter()
            .map(|field| field.name.text.as_str())
            .map(|name| name.split_once('.').map_or(name, |(_, bare)| bare))
            .collect()
    }

    /// What the rule gives for its risk events.
    /// `bounds` are those of the search: what was loaded was bounded by them.
    pub fn risk_spec(&self, bounds: (Option<Timestamp>, Option<Timestamp>)) -> RiskSpec {
        let rule = &self.detection;
        let technique = |id: &String| TechniqueSpec {
            id: id.clone(),
            name: self
                .attack
                .technique(id)
                .map_or(String::new(), |t| t.name.clone()),
            tactics: self
                .attack
                .tactics_of(id)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        let entity = |entity: &crate::content::detection::RiskEntity| EntitySpec {
            field: entity.field.clone(),
            kind: entity.kind.clone(),
            score: entity.score,
            message: entity.message.clone(),
        };
        let threat = |object: &crate::content::detection::ThreatObject| ThreatObjectSpec {
            field: object.field.clone(),
            kind: object.kind.clone(),
        };
        // contentctl (detection_tags.py) derives CIS 10 for the endpoint domain.
        let cis = (rule.security_domain == "endpoint")
            .then(|| ("cis20".to_owned(), vec!["CIS 10".to_owned()]));
        RiskSpec {
            search_name: rule.search_name(),
            kind: rule.kind.to_string(),
            entities: rule.entities.iter().map(entity).collect(),
            threat_objects: rule.threat_objects.iter().map(threat).collect(),
            stories: rule.analytic_stories.clone(),
            techniques: rule.mitre_attack_ids.iter().map(technique).collect(),
            data_sources: rule.data_sources.clone(),
            annotations: cis.into_iter().collect(),
            earliest: bounds.0,
            latest: bounds.1,
        }
    }
}

/// What fills the dataset of raw events, with the fields that a search asks for; none where it asks
/// for no raw events.
pub fn raw_events(pipeline: &Pipeline) -> Option<Sources> {
    if !fields::read_raw(pipeline) {
        return None;
    }
    let names = fields::names(pipeline);
    // The table is the program's own, and tests read it.
    Sources::raw(names.iter().map(String::as_str)).ok()
}

/// What a plan needs of the content that its rule belongs to.
pub fn options(content: &Folder, zone: Zone) -> PlanOptions {
    PlanOptions {
        zone,
        lookups: content.lookups.clone(),
        ..PlanOptions::default()
    }
}

/// Makes the plan of a rule's search. A rule over what other rules found is refused: it reads no
/// evidence.
pub fn compile(
    parsed: &ParsedSearch,
    datasets: &[Dataset],
    options: &PlanOptions,
    raw: Option<&Sources>,
) -> Result<Plan, Vec<Diagnostic>> {
    let plan = Plan::compile(&parsed.pipeline, datasets, options)?;
    let first = parsed.pipeline.commands.first();
    let span = first.map_or_else(Span::default, |command| command.span);
    if let PlanInput::Table { model, dataset } = plan.input() {
        let message = format!(
            "the search reads '{model}.{dataset}', which is made of the rows of other rules"
        );
        let help = "load a rule over evidence; the risk events of its rows come with it";
        return Err(vec![
            Diagnostic::new("SPL-INPUT", message, span).with_help(help),
        ]);
    }
    if let Some(raw) = raw
        && plan.dataset() == raw.dataset().full_name()
        && takes_nothing(&needles(&plan, raw))
    {
        let message = "no event can meet this search: raw events are those of Windows event logs, \
                       of Cisco NVM and of CrowdStrike FDR";
        return Err(vec![Diagnostic::new("SPL-RAW", message, span).with_help(
            "their sourcetypes are XmlWinEventLog (their source XmlWinEventLog:<channel>), \
             sysmon:linux, cisco:nvm:flowdata and crowdstrike:events:sensor",
        )]);
    }
    match refused_inputs(&plan) {
        Some((message, help)) => Err(vec![
            Diagnostic::new("SPL-INPUT", message, span).with_help(help),
        ]),
        None => Ok(plan),
    }
}

/// Whether no record of any kind can matter.
fn takes_nothing(needles: &Needles) -> bool {
    let Needles {
        windows,
        crowdstrike,
        nvm,
        flat,
    } = needles;
    [windows, crowdstrike, nvm, flat]
        .into_iter()
        .all(|wanted| *wanted == Wanted::Holding(Vec::new()))
}

/// Why a search can't be given what it runs over, and what to do: a hunt reads the rows of
/// datasets.
pub(super) fn refused_inputs(plan: &Plan) -> Option<(String, &'static str)> {
    let of_rows = |input: &&PlanInput| matches!(input, PlanInput::Dataset { .. });
    let table = |input: &PlanInput| match input {
        PlanInput::Table { model, dataset } => Some(format!("{model}.{dataset}")),
        _ => None,
    };
    let inputs = plan.inputs();
    if *plan.input() == PlanInput::Nothing {
        let message = "the search reads no evidence: its first command makes rows of its own";
        let help = "begin it with '| tstats … from datamodel=…'";
        return Some((message.to_owned(), help));
    }
    let found = inputs.iter().find_map(|input| table(input))?;
    inputs.iter().any(of_rows).then(|| {
        let message = format!("rows of the evidence and of '{found}' are in one search");
        (
            message,
            "risk events are made of the rows: ask for one of both",
        )
    })
}

fn names_field(predicate: &Predicate, field: &str) -> bool {
    let same = |name: &str| name.rsplit('.').next() == Some(field);
    match predicate {
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().any(|part| names_field(part, field))
        }
        Predicate::Not(inner) => names_field(inner, field),
        Predicate::Compare { field: name, .. } | Predicate::In { field: name, .. } => {
            same(&name.text)
        }
        Predicate::Text(_) => false,
        // What it will ask for is not known here.
        Predicate::Subsearch { .. } => true,
    }
}

#[cfg(test)]
mod tests;

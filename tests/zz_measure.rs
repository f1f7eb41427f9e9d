#![allow(warnings, clippy::all, clippy::pedantic)]
use gimlet::cim::{Models, Sources};
use gimlet::event::{Family, Record, Zone};
use gimlet::evidence::discover;
use gimlet::evidence::prefilter::Wanted;
use gimlet::evidence::read::*;
use gimlet::evidence::{format::Detected, member::Member, outcome::*};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::collections::*;
use std::ops::ControlFlow;
use std::path::*;
use std::sync::Arc;
fn walk(p: &Path, out: &mut Vec<PathBuf>) {
    for e in std::fs::read_dir(p).unwrap() {
        let e = e.unwrap().path();
        if e.is_dir() {
            walk(&e, out)
        } else if e.extension().is_some_and(|x| x == "yml") {
            out.push(e)
        }
    }
}
#[test]
#[ignore]
fn rules() {
    let models = Models::built_in().unwrap();
    let sources = Sources::built_in(&models).unwrap();
    let mut files = vec![];
    walk(Path::new("/work/sc/detections"), &mut files);
    files.sort();
    let mut n = [0usize; 4];
    for f in files {
        let r = Rule::load(
            &RuleFiles {
                rule: Some(f.clone()),
                macros: vec!["/work/sc/macros".into()],
            },
            &models,
            Zone::UTC,
        );
        let Ok(rule) = r else { continue };
        n[3] += 1;
        let nd = gimlet::search::needles::needles(&rule.plan, &sources);
        let name = f.file_stem().unwrap().to_string_lossy().to_string();
        for (i, (k, w)) in [("W", &nd.windows), ("C", &nd.crowdstrike), ("N", &nd.nvm)]
            .into_iter()
            .enumerate()
        {
            match w {
                Wanted::Everything(r) => println!("{k} ALL {name}: {r}"),
                Wanted::Holding(t) => {
                    n[i] += 1;
                    println!(
                        "{k} {} {name}: {}",
                        t.len(),
                        t.iter()
                            .map(|x| x.to_string())
                            .collect::<Vec<_>>()
                            .join(" ")
                    )
                }
            }
        }
    }
    println!("TOTAL {n:?}");
}
struct V {
    words: Vec<String>,
    cur: Option<usize>,
    logs: Vec<(String, u64, Vec<u64>, Family, HashMap<String, u64>)>,
}
impl Visitor for V {
    fn begin(&mut self, m: &Member, d: &Detected) {
        self.logs.push((
            format!("{} {}", d.shape, m.name),
            0,
            vec![0; self.words.len()],
            Family::Other,
            HashMap::new(),
        ));
    }
    fn record(&mut self, r: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        let t = raw().to_lowercase();
        let l = self.logs.last_mut().unwrap();
        l.1 += 1;
        l.3 = r.family;
        for (i, w) in self.words.iter().enumerate() {
            if t.contains(w.as_str()) {
                l.2[i] += 1;
            }
        }
        if self.words.is_empty() {
            let s: HashSet<&str> = t
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|w| w.len() >= 3 && w.len() < 30)
                .collect();
            for w in s {
                *l.4.entry(w.to_owned()).or_default() += 1;
            }
        }
        ControlFlow::Continue(())
    }
    fn bad(&mut self, _: &Member, _: BadRecord) {}
    fn progress(&mut self, _: u64, _: Option<u64>) {}
    fn end(&mut self, _: &Member, _: Outcome) {}
}
#[test]
#[ignore]
fn shares() {
    let words: Vec<String> = std::env::var("WORDS")
        .ok()
        .map(|p| {
            std::fs::read_to_string(p)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default();
    let mut v = V {
        words: words.clone(),
        cur: None,
        logs: vec![],
    };
    let inputs: Vec<_> = discover::list(&[PathBuf::from("/work/shared/data")]).collect();
    read(inputs, &ReadOptions::default(), &mut v);
    for fam in [Family::Windows, Family::CrowdStrike, Family::Nvm] {
        // mean over logs of >= 20 records, and pooled
        let logs: Vec<_> = v.logs.iter().filter(|l| l.3 == fam && l.1 >= 20).collect();
        let n = logs.len();
        let total: u64 = logs.iter().map(|l| l.1).sum();
        println!("FAM {fam:?} logs {n} records {total}");
        if words.is_empty() {
            let mut m: HashMap<&str, f64> = HashMap::new();
            for l in &logs {
                for (w, c) in &l.4 {
                    *m.entry(w).or_default() += *c as f64 / l.1 as f64;
                }
            }
            let mut x: Vec<_> = m.into_iter().map(|(w, s)| (s / n as f64, w)).collect();
            x.sort_by(|a, b| b.partial_cmp(a).unwrap());
            for (s, w) in x.iter().take(400) {
                println!("{fam:?} {s:.3} {w}");
            }
        }
        for (i, w) in words.iter().enumerate() {
            let s: f64 =
                logs.iter().map(|l| l.2[i] as f64 / l.1 as f64).sum::<f64>() / n.max(1) as f64;
            println!("{fam:?} {s:.4} {w}");
        }
    }
}

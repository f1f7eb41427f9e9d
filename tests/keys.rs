//! Key strings typed into the real workbench, and what is on the screen then.

mod common;
use common::{Desk, evidence};

#[test]
fn look() {
    for (w, h) in [(80, 24), (130, 32)] {
        let mut desk = Desk::loaded(evidence::sample(), w, h);
        println!("{}", desk.screen());
        println!("{}", desk.keys("j]").screen());
        println!("{}", desk.keys("]").screen());
        println!("{}", desk.keys("2").screen());
        println!("{}", desk.keys("3").screen());
        println!("{}", desk.keys("4").screen());
        println!("{}", desk.keys("5").screen());
        println!("{}", desk.keys("1gg+").screen());
        println!("{}", desk.keys("<esc>?").screen());
    }
    println!("{}", Desk::loaded(evidence::none(), 100, 24).screen());
}

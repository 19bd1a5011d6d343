// Dies on a null pointer below closures, trait objects, inlined calls and a recursion.
use std::hint::black_box;

trait Rope {
    fn pull(&self, strength: usize) -> usize;
}

struct Hemp {
    length: usize,
}

#[inline(always)]
fn tear(nowhere: *mut usize, strength: usize) -> usize {
    unsafe { nowhere.write_volatile(strength) };
    strength + 1
}

#[inline(always)]
fn fray(strength: usize) -> usize {
    let torn = tear(black_box(8 as *mut usize), strength * 2);
    torn + 1
}

#[inline(never)]
fn fall(strength: usize) -> usize {
    let frayed = fray(strength);
    black_box(frayed) ^ 3
}

impl Rope for Hemp {
    #[inline(never)]
    fn pull(&self, strength: usize) -> usize {
        if strength < self.length {
            return self.pull(strength + 1) + 1;
        }
        let room = black_box([strength; 40]);
        fall(room[7]) + room[3]
    }
}

#[inline(never)]
fn climb(ropes: &[Box<dyn Rope>]) -> usize {
    ropes
        .iter()
        .map(|rope| rope.pull(black_box(1)) + 1)
        .sum::<usize>()
}

fn main() {
    let ropes: Vec<Box<dyn Rope>> = vec![Box::new(Hemp { length: 4 })];
    let climbed = climb(&ropes);
    println!("{climbed}");
}

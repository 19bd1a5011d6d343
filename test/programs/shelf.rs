use std::collections::HashMap;
mod inner { #[derive(Debug, Clone)] pub struct P { pub a: i32, pub s: String }
  impl P { pub fn new(a: i32) -> P { P { a, s: format!("p{}", a) } } #[inline(never)] pub fn sum(&self, o: &P) -> i32 { self.a + o.a + self.s.len() as i32 } } }
trait T { fn go(&self, x: u64) -> u64; }
impl T for inner::P { fn go(&self, x: u64) -> u64 { x.wrapping_mul(self.a as u64) } }
#[inline(never)] fn dynd(t: &dyn T) -> u64 { (0..10).map(|i| t.go(i)).filter(|x| x % 2 == 0).sum() }
fn main() {
  let mut m = HashMap::new();
  for i in 0..std::env::args().count() as i32 + 5 { m.insert(i, inner::P::new(i)); }
  let mut v: Vec<_> = m.values().cloned().collect();
  v.sort_by(|a, b| b.a.cmp(&a.a));
  println!("{} {}", dynd(&v[0]), v[0].sum(&v[1]));
  if v.len() > 100 { panic!("too many {:?}", v); }
}

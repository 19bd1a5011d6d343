// Needs no header and no library, so that it can be linked for a system of which nothing is here.
struct Cargo { long crates[40]; };
extern "C" long weigh(Cargo *);
namespace harbour {
__attribute__((noinline)) long crane(long x) { return x * 3; }
static inline long lift(long x) {
  return crane(x) + x;
}
static inline long twice(long x) { return lift(x) + lift(x + 1); }
__attribute__((noinline)) long warehouse(long x) {
  volatile char floor[5000];
  floor[x & 4095] = 1;
  Cargo cargo;
  for (int i = 0; i < 40; i++) cargo.crates[i] = i * x;
  return weigh(&cargo) + floor[7] + twice(x);
}
template <class T> struct Ship {
  T load;
  __attribute__((noinline)) T sail(T to) { return load + twice(to); }
};
struct Pier {
  virtual long moor(long n) { return n; }
  virtual ~Pier() {}
};
struct Long : Pier {
  long moor(long n) override { return twice(n) + crane(n); }
};
__attribute__((noinline)) long fleet(long a, long b, long c, long d, long e, long f) {
  Ship<long> ship{a};
  long sum = 0;
  for (long i = 0; i < a; i++) {
    auto pull = [&](long x) { return crane(x + b) * d; };
    sum += crane(b + i) * crane(c) + pull(d) * ship.sail(e) + crane(f);
  }
  return sum;
}
}
void operator delete(void *, unsigned long) noexcept {}
extern "C" long weigh(Cargo *cargo) { return cargo->crates[3]; }
extern "C" int main(int argc, char **) {
  harbour::Long pier;
  harbour::Pier &any = pier;
  return (int)(harbour::warehouse(argc) + harbour::fleet(argc, 2, 3, 4, 5, 6) + any.moor(argc));
}

// Needs no library, so that clang and lld make a Windows program of it anywhere. `entry` is where it starts.
using size = decltype(sizeof(0));

static volatile int sink;

static inline __attribute__((always_inline)) int leaf(int x) {
  sink = x;
  return sink * 3;
}

static inline __attribute__((always_inline)) int middle(int x) {
  int r = leaf(x + 1);
  r += leaf(x + 2);
  return r;
}

namespace ns {
struct Widget {
  int a, b;
  int sum(int k) const;
  virtual ~Widget();
  static int make(const char *s, int (*f)(int), Widget &w);
};

template <class T, int N> struct Box {
  T v[N];
  T total() const {
    T s = 0;
    for (int i = 0; i < N; i++) s += v[i];
    return s;
  }
};

int Widget::sum(int k) const { return a + b + middle(k); }
Widget::~Widget() { sink = 0; }

__attribute__((noinline)) int Widget::make(const char *s, int (*f)(int), Widget &w) {
  Box<int, 4> b{{1, 2, 3, *s}};
  return f(b.total()) + w.sum(2);
}
}

namespace {
__attribute__((noinline)) int hidden(int *const p, const volatile unsigned char (&arr)[7]) {
  int t = 0;
  for (int i = 0; i < 7; i++) t += arr[i] + *p;
  return t;
}
}

__attribute__((noinline)) int big(int n) {
  volatile char buf[9000];
  for (int i = 0; i < 9000; i++) buf[i] = (char)(i + n);
  return buf[n % 9000] + middle(n);
}

__attribute__((noinline)) int room(int n) {
  volatile char *p = (volatile char *)__builtin_alloca(n);
  for (int i = 0; i < n; i++) p[i] = (char)i;
  return p[n / 2] + leaf(n);
}

__attribute__((noinline)) double floats(double a, double b, double c, double d, double e, double f) {
  for (int i = 0; i < 10; i++) {
    a = a * b + sink;
    c = c * d + sink;
    e = e * f - big((int)a);
  }
  return a + c + e;
}

void operator delete(void *, size) noexcept {}
void operator delete(void *) noexcept {}

extern "C" {
int _fltused = 0;
void __chkstk() {}
void _chkstk() {}
void *memset(void *d, int c, size n) {
  char *p = (char *)d;
  while (n--) *p++ = (char)c;
  return d;
}
static int twice(int x) { return x * 2; }
int entry() {
  ns::Widget w;
  w.a = 1;
  w.b = 2;
  int x = 5;
  unsigned char arr[7] = {1, 2, 3, 4, 5, 6, 7};
  return ns::Widget::make("abc", twice, w) + hidden(&x, arr) + big(4) + room(33) + (int)floats(1, 2, 3, 4, 5, 6);
}
}

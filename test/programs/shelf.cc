#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
namespace shop {
namespace { int helper(int x) { return x * 3 + (x >> 1); } }
template <typename T> struct Shelf {
  std::vector<T> items;
  T total() const { T sum{}; for (const auto &i : items) sum += i; return sum; }
  template <typename F> void each(F f) { for (auto &i : items) f(i); }
};
static inline int twice(int v) { return helper(v) * 2; }
class Base { public: virtual ~Base() {} virtual int price(int n) const = 0; };
class Book : public Base { int p; public: explicit Book(int x) : p(x) {} int price(int n) const override { return twice(p) + n; } };
__attribute__((noinline)) int sell(const Base &b, int n) {
  int r = 0;
  for (int i = 0; i < n; i++) r += b.price(i);
  if (r < 0) { throw std::string("negative"); }
  return r;
}
__attribute__((noinline)) int lambdas(std::vector<int> &v) {
  int bias = (int)v.size();
  auto add = [bias](int x) { return x + bias; };
  std::function<int(int)> f = [add](int x) { return add(add(x)); };
  std::sort(v.begin(), v.end(), [](int a, int b) { return helper(a) > helper(b); });
  int s = 0;
  for (int x : v) s += f(x);
  struct Local { static int run(int y) { return y ^ 0x55; } int go(int z) { return run(z) + 1; } } l;
  return l.go(s);
}
}
extern "C" int c_part(int);
int main(int argc, char **argv) {
  shop::Shelf<double> s; shop::Shelf<int> t;
  for (int i = 0; i < argc + 10; i++) { s.items.push_back(i * 0.5); t.items.push_back(i); }
  std::map<std::string, int> m;
  m[argv[0]] = 4;
  t.each([&](int &x) { x += m.size(); });
  try { printf("%f %d %d\n", s.total(), t.total(), shop::sell(shop::Book(argc), 5)); } catch (const std::string &e) { puts(e.c_str()); }
  return shop::lambdas(t.items) + c_part(argc);
}

import type { RuleList } from './rule-list.ts'

export const rust: RuleList = {
  name: 'Rust',
  irrelevant: [
    '(?:core|std)::panicking::',
    'std::(?:sys|sys_common)::backtrace::__rust_(?:begin|end)_short_backtrace$',
    'rust_(?:begin_unwind|panic|eh_personality)$',
    '__rust_(?:start_panic|panic_cleanup|foreign_exception|drop_panic)$',
    'std::process::abort$',
    '(?:core|std)::intrinsics::abort$',
    'core::(?:option|result|slice::index|cell|str)::(?:expect_failed|unwrap_failed|slice_.*_fail.*|panic_.*)$',
    '(?:alloc|std)::alloc::(?:handle_alloc_error|rust_oom)(?:::rt_error)?$',
    'alloc::raw_vec::(?:handle_error|capacity_overflow)$',
  ],
  prefix: [
    '__r(?:ust|g|dl)_(?:alloc|dealloc|realloc|alloc_zeroed)$',
    '(?:core|alloc|std)::(?:ops|ptr|mem|intrinsics|cell|alloc|sync|rc|vec|boxed|option|result|iter|slice|str)::?',
    '<.* as core::',
  ],
  outOfMemory: ['(?:alloc|std)::alloc::(?:handle_alloc_error|rust_oom)'],
}

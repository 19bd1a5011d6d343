import type { RuleList } from './rule-list.ts'

/** The C and C++ runtimes of Linux, Android, macOS and Windows: the same names everywhere. */
export const libc: RuleList = {
  name: 'libc',
  irrelevant: [
    '_*(?:GI_)?(?:abort|raise|gsignal|kill|tgkill|tkill)$',
    '_*pthread_kill(?:_implementation|_internal)?$',
    '_*(?:assert_fail|assert_fail_base|assert_perror_fail|assert|assert2|assert_rtn|eprintf)$',
    '_*(?:libc_message|libc_fatal|fortify_fail|chk_fail|stack_chk_fail|stack_chk_fail_local)(?:_internal|_impl|_abort)?$',
    // glibc found its heap broken. What broke it is elsewhere; the caller of free() is the best there is.
    '_*(?:malloc_printerr|malloc_assert|libc_malloc_assert)$',
    '_*restore_rt$',
    '_*kernel_(?:rt_)?sigreturn$',
    '_*kernel_vsyscall$',
    '_sigtramp$',
    // The C++ runtime on its way out.
    '(?:std::)?(?:terminate|__terminate|unexpected)$',
    '(?:__gnu_cxx::__verbose_terminate_handler|__cxxabiv1::.*|__cxa_(?:throw|rethrow|bad_cast|bad_typeid|call_unexpected|call_terminate|pure_virtual))$',
    '__clang_call_terminate$',
    'demangling_(?:terminate|unexpected)_handler$',
    '(?:failed_throw|abort_message|default_terminate_handler)$',
    '_Unwind_(?:RaiseException|Resume|Resume_or_Rethrow|ForcedUnwind)$',
    'std::__(?:throw_|glibcxx_assert_fail|replacement_assert|libcpp_verbose_abort)',
    'std::__1::__(?:throw_|libcpp_verbose_abort)',
    '__(?:asan|msan|tsan|ubsan|hwasan|sanitizer)(?:::|_)',
  ],
  prefix: [
    '_*(?:GI_)?(?:libc_)?(?:malloc|calloc|realloc|reallocarray|free|cfree|memalign|posix_memalign|aligned_alloc|strdup|strndup)$',
    '_*int_(?:malloc|free|realloc|memalign)(?:_.*)?$',
    '(?:malloc_consolidate|unlink_chunk|sysmalloc|systrim|tcache_.*|arena_get.*|munmap_chunk|mremap_chunk)(?:\\.|$)',
    '(?:je|mi|tc)_(?:malloc|calloc|realloc|free|memalign|posix_memalign|aligned_alloc|new|delete)',
    // Given as functions of string.h or with the processor they were written for: `__memmove_avx_unaligned_erms`.
    '_*(?:mem|str|wcs|wmem|rawmem)(?:cpy|ncpy|move|set|cmp|ncmp|casecmp|ncasecmp|len|nlen|chr|rchr|chrnul|str|cat|ncat|spn|cspn|pbrk|tok|tok_r|coll|xfrm|pcpy|mem|ccpy)(?:_chk|_s|_.*)?$',
    '_*v?(?:s|sn|f|as|d|sw|w|fw)?(?:printf|scanf)(?:_chk|_s|_l|_internal|_.*)?$',
    '_*(?:qsort|qsort_r|bsearch|msort_with_tmp)(?:\\.|$)',
    '_*(?:fread|fwrite|fopen|fclose|fflush|fputs|fgets|getc|putc)(?:_unlocked)?$',
    '_IO_',
    '_*(?:memcpy|memmove|memset)_',
    // Waiting: the caller is what hangs, or holds a lock that is gone.
    '_*(?:pthread|lll)_(?:mutex|cond|rwlock|spin|lock|join|once|timedjoin|clockjoin)',
    '_*pthread_(?:mutex|cond|rwlock|spin)_',
    '_*(?:futex|syscall|poll|ppoll|select|pselect|epoll_wait|epoll_pwait|nanosleep|clock_nanosleep|usleep|sleep|read|write|readv|writev|recv|recvmsg|recvfrom|send|sendmsg|accept|accept4|connect|wait4|waitpid|ioctl|fcntl|open|openat|close|mmap|mmap64|munmap|mprotect|madvise)(?:64)?(?:_nocancel|_cancel)?$',
    '_*(?:start_thread|clone|clone3|libc_start_main|libc_start_call_main|start)(?:_impl)?(?:@@.*)?$',
    '_*dl_(?:.*)$',
    '(?:dlopen|dlclose|dlsym)',
    // `operator new` and its kin lose the word before the space.
    '(?:new|delete)(?:\\[\\])?$',
    'operator (?:new|delete)',
    'std::(?:__Cr::|__1::|__cxx11::|__ndk1::|_Nt::)?(?:basic_string|vector|list|deque|map|set|multimap|multiset|unordered_map|unordered_set|array|pair|tuple|optional|variant|shared_ptr|unique_ptr|weak_ptr|function|allocator|allocator_traits|char_traits|mutex|recursive_mutex|unique_lock|lock_guard|condition_variable|thread|atomic|basic_ostream|basic_streambuf|string|string_view|basic_string_view)(?:<T>)?(?:::|$)',
    'std::(?:__Cr::|__1::|__ndk1::)?__',
    'std::_',
    'std::(?:__Cr::|__1::|__ndk1::)?(?:sort|stable_sort|find|find_if|copy|move|forward|swap|for_each|invoke|invoke_r|construct_at|destroy_at|destroy|transform|remove_if)(?:<T>)?$',
    '__gnu_cxx::',
    '__dynamic_cast$',
    'g_(?:free|malloc|malloc0|realloc|slice_.*|strdup|logv|log|log_.*|return_if_fail_warning|assertion_message.*|error_new.*)$',
  ],
  sentinels: [
    '__restore_rt',
    '__kernel_rt_sigreturn',
    '__kernel_sigreturn',
    '_sigtramp',
    '__assert_fail',
    '__assert_rtn',
    '__stack_chk_fail',
  ],
}

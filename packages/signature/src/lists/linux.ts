import type { RuleList } from './rule-list.ts'

export const linux: RuleList = {
  name: 'Linux',
  systemModules: [
    '(?:linux-gate|linux-vdso|vdso|vsyscall)(?:32|64|x32)?(?:\\.so.*)?$',
    'ld-(?:linux|musl)-?[\\w-]*\\.so(?:\\.\\d+)*$',
    'ld(?:-\\d+\\.\\d+)?(?:64)?\\.so(?:\\.\\d+)*$',
    // glibc up to 2.33 has the version in the file's name and parts of its own for threads.
    'lib(?:c|m|pthread|dl|rt|util|resolv|nsl|anl|crypt|nss_\\w+|thread_db)(?:-\\d+\\.\\d+)?\\.so(?:\\.\\d+)*$',
    'libc\\.musl-\\w+\\.so(?:\\.\\d+)*$',
    'lib(?:stdc\\+\\+|c\\+\\+|c\\+\\+abi|gcc_s|unwind|atomic|c\\+\\+_shared)\\.so(?:\\.\\d+)*$',
    // The main loop under every GTK program, and its way to abort.
    'lib(?:glib|gobject|gio|gthread|gmodule)-2\\.0\\.so(?:\\.\\d+)*$',
    // Android.
    'linker(?:64)?$',
    'lib(?:art|log|utils|binder|android_runtime|nativehelper|base)\\.so$',
    'app_process(?:32|64)?$',
  ],
}

import type { Frame } from './crash.ts'

/** Whether a frame is of the program that crashed or of what it stands on: the system, the language's runtime, the engine. */
export type FrameOrigin = 'own' | 'system'

const systemModules = [
  // Linux and Android
  /^(ld-linux|ld-musl|ld64|ld-2\.|linux-(vdso|gate))/,
  /^lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|util|resolv|systemd|glib|gobject|gio|gtk|gdk|X11|xcb|wayland|dbus|nss|nspr|plc|plds)[-_.\d]/i,
  /^lib(art|binder|utils|log|android_runtime|android|hwui|gui|EGL|GLES\w*|cutils|base|nativeloader)\.so/,
  /^(app_process\d*|linker(64)?|boot[-\w]*\.oat|base\.odex)$/,
  // macOS and iOS
  /^(dyld|lib(system|dyld|dispatch|objc|xpc|corecrypto|c\+\+)[\w.+-]*|CoreFoundation|Foundation|AppKit|HIToolbox|UIKit\w*|QuartzCore|GraphicsServices|IOKit|Security|CFNetwork|SkyLight|Metal)$/,
  // Windows
  /^(ntdll|kernel32|kernelbase|user32|win32u|gdi32\w*|advapi32|rpcrt4|combase|ole32|oleaut32|sechost|ucrtbased?|msvcrt|msvcp\w*|vcruntime\w*|ws2_32|mswsock|shell32|shlwapi|uxtheme|wow64\w*|d3d\w+|dxgi|nvwgf2\w+|ig\w+icd\w+)\.(dll|drv)$/i,
]

const systemFunctions = [
  /^(_start|_?_libc_start_\w+|__clone3?|clone|start_thread|raise|gsignal|abort|__GI_\w+|__pthread_\w+|pthread_\w+|__restore_rt|_sigtramp|thread_start|_pthread_\w+)\b/,
  /^(BaseThreadInitThunk|_?RtlUserThreadStart|__scrt_common_main\w*|invoke_main|_?initterm\w*|thread_start<)/,
  /^(std|core|alloc|__gnu_cxx|__cxxabiv1|ATL|boost)::/,
  /^(v8|node|cppgc|uv__?\w*|llvm)::/,
  /^(uv_|__rust_|rust_begin_unwind|Builtins_)/,
]

export function frameOrigin(frame: Pick<Frame, 'module' | 'function'>): FrameOrigin {
  const { module, function: name } = frame
  if (module !== undefined && systemModules.some((pattern) => pattern.test(module))) return 'system'
  if (name !== undefined && systemFunctions.some((pattern) => pattern.test(name))) return 'system'
  return 'own'
}

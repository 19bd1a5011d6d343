import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../test/harness/cpu-time.ts'
import { defaultRules } from '../default-rules.ts'
import { generateSignature } from '../generate.ts'

/** Below each function stands the program's own. What remains in the signature tells which list the function is on. */
function above(name: string): string {
  return generateSignature({
    threads: [
      {
        frames: [
          { function: name, module: 'app' },
          { function: 'app::work()', module: 'app' },
        ],
      },
    ],
  }).signature
}

describe('the default lists', () => {
  it.each([
    'abort',
    'raise',
    '__GI_raise',
    '__pthread_kill_implementation',
    '__assert_fail_base',
    '__stack_chk_fail',
    'malloc_printerr',
    '__cxa_throw',
    'std::terminate()',
    'std::__throw_out_of_range(char const*)',
    'std::__Cr::__libcpp_verbose_abort(char const*, ...)',
    'base::ImmediateCrash()',
    'logging::LogMessage::~LogMessage()',
    'logging::LogMessageFatal::~LogMessageFatal()',
    'logging::CheckError::~CheckError()',
    'logging::(anonymous namespace)::DCheckLogMessage::~DCheckLogMessage()',
    'V8_Fatal(char const*, int, char const*, ...)',
    'v8::base::OS::Abort()',
    'node::Abort()',
    'node::Assert(node::AssertionInfo const&)',
    'core::panicking::panic_fmt',
    'std::panicking::rust_panic_with_hook',
    'rust_begin_unwind',
    'KiUserExceptionDispatcher',
    '_KiUserExceptionDispatcher@8',
    'RaiseException',
    '_CxxThrowException',
    '__report_gsfailure',
    '_invalid_parameter_noinfo_noreturn',
    'objc_exception_throw',
    '__exceptionPreprocess',
    '+[NSException raise:format:]',
    '_sigtramp',
  ])('leaves out %s', (name) => {
    expect(above(name)).toBe('app::work')
  })

  it.each([
    ['malloc', 'malloc'],
    ['__libc_malloc', '__libc_malloc'],
    ['_int_free', '_int_free'],
    ['operator new(unsigned long)', 'new'],
    ['operator delete[](void*)', 'delete[]'],
    ['__memmove_avx_unaligned_erms', '__memmove_avx_unaligned_erms'],
    ['memcpy', 'memcpy'],
    ['strlen', 'strlen'],
    ['__strlen_avx2', '__strlen_avx2'],
    ['snprintf', 'snprintf'],
    ['pthread_mutex_lock', 'pthread_mutex_lock'],
    ['std::__Cr::vector<int, std::__Cr::allocator<int>>::push_back(int&&)', 'std::__Cr::vector<T>::push_back'],
    ['std::_Hash<std::_Umap_traits<int> >::clear', 'std::_Hash<T>::clear'],
    ['scoped_refptr<Foo>::operator->() const', 'scoped_refptr<T>::operator->'],
    ['base::internal::Invoker<A, B>::RunOnce(base::internal::BindStateBase*)', 'base::internal::Invoker<T>::RunOnce'],
    ['mojo::SimpleWatcher::OnHandleReady(int)', 'mojo::SimpleWatcher::OnHandleReady'],
    ['v8::internal::Heap::CollectGarbage(int)', 'v8::internal::Heap::CollectGarbage'],
    ['Builtins_JSEntryTrampoline', 'Builtins_JSEntryTrampoline'],
    ['napi_call_function', 'napi_call_function'],
    ['core::ptr::drop_in_place<T>', 'core::ptr::drop_in_place<T>'],
    ['RtlAllocateHeap', 'RtlAllocateHeap'],
    ['_RtlAllocateHeap@12', '_RtlAllocateHeap@12'],
    ['NtWaitForSingleObject', 'NtWaitForSingleObject'],
    ['objc_msgSend', 'objc_msgSend'],
    ['_platform_memmove$VARIANT$Haswell', '_platform_memmove$VARIANT$Haswell'],
    ['CFRelease', 'CFRelease'],
  ])('keeps %s and goes on', (name, shown) => {
    expect(above(name)).toBe(`${shown} | app::work`)
  })

  it.each([
    'aborted',
    'raiseWindow',
    'freeze',
    'memory::Pool::get',
    'string_view_of',
    'newsletter',
    'baseline::run',
    'read_config',
    'openFile',
  ])('stops at %s, which only begins like an entry', (name) => {
    expect(above(name)).toBe(name)
  })

  it.each([
    ['ntdll.dll', 'Windows NT'],
    ['KERNELBASE.dll', 'Windows NT'],
    ['ucrtbase.dll', 'Windows NT'],
    ['VCRUNTIME140_1.dll', 'Windows NT'],
    ['MSVCP140.dll', 'Windows NT'],
    ['libc.so.6', 'Linux'],
    ['libc-2.31.so', 'Linux'],
    ['libpthread-2.19.so', 'Linux'],
    ['ld-linux-x86-64.so.2', 'Linux'],
    ['ld-musl-x86_64.so.1', 'Linux'],
    ['libstdc++.so.6.0.30', 'Linux'],
    ['linux-gate.so', 'Linux'],
    ['libglib-2.0.so.0', 'Linux'],
    ['linker64', 'Android'],
    ['libsystem_kernel.dylib', 'Mac OS X'],
    ['libc++abi.dylib', 'Mac OS X'],
    ['libobjc.A.dylib', 'Mac OS X'],
    ['CoreFoundation', 'Mac OS X'],
    ['dyld', 'Mac OS X'],
  ])('passes by %s without symbols', (module, os) => {
    const frames = [
      { module, module_offset: '0x00012345' },
      { module: 'app', module_offset: '0x00000042' },
    ]
    const shown = os === 'Windows NT' ? module.toLowerCase() : module
    expect(generateSignature({ os, threads: [{ frames }] }).signature).toBe(`${shown} | app+0x42`)
  })

  it.each(['electron', 'Electron Framework', 'libcef.so', 'libmylib.so', 'mycorefoundation', 'libcurl.so.4', 'nvoglv64.dll'])(
    'stops at %s, which is no system library',
    (module) => {
      expect(generateSignature({ threads: [{ frames: [{ module, module_offset: '0x10' }] }] }).signature).toBe(`${module}+0x10`)
    },
  )

  it('needs no more than a blink for a name made to keep regular expressions busy', () => {
    const hostile = [
      'base::debug::'.repeat(70),
      'std::__'.repeat(150),
      '_'.repeat(1_000),
      'Rtl'.repeat(300),
      '-[NSObject '.repeat(90),
      'v8::internal::MarkingVisitor'.repeat(36),
    ]
    const tookMs = cpuMs(() => {
      for (const name of hostile) {
        const frames = Array.from({ length: 40 }, (_, i) => ({ function: `${name}${i}(`, module: 'libc.so.6' }))
        generateSignature({ threads: [{ frames }] }, defaultRules())
      }
    })
    // Measured: 0.01 s. Exponential matching would take minutes.
    expect(tookMs).toBeLessThan(5_000)
  })
})

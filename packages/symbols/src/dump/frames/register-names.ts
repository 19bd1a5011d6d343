/** How rules name the registers of a processor, by DWARF's numbers, and where return addresses are by default. */
export interface FrameRegisters {
  readonly names: readonly string[]
  /** A function that saves nothing returns to what this register has: processors with a link register. */
  readonly linkRegister: boolean
}

const x86 = words('$eax $ecx $edx $ebx $esp $ebp $esi $edi $eip $eflags')
/** Apple's `__eh_frame` of x86 has the numbers of stack and frame pointer the other way round. */
const x86Apple = words('$eax $ecx $edx $ebx $ebp $esp $esi $edi $eip $eflags')
const amd64 = words('$rax $rdx $rcx $rbx $rsi $rdi $rbp $rsp $r8 $r9 $r10 $r11 $r12 $r13 $r14 $r15 $rip')
const arm = words('r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc')
const arm64 = [...Array.from({ length: 31 }, (_, index) => `x${index}`), 'sp']
const riscv = ['', ...words('ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6')]
const mips = words(
  '$zero $at $v0 $v1 $a0 $a1 $a2 $a3 $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $s0 $s1 $s2 $s3 $s4 $s5 $s6 $s7 $t8 $t9 $k0 $k1 $gp $sp $fp $ra',
)
const ppc = [...Array.from({ length: 32 }, (_, index) => `r${index}`), ...Array.from({ length: 33 }, () => ''), 'lr', 'ctr']

const registers: Readonly<Record<string, FrameRegisters>> = {
  x86: { names: x86, linkRegister: false },
  'x86 apple': { names: x86Apple, linkRegister: false },
  x86_64: { names: amd64, linkRegister: false },
  arm: { names: arm, linkRegister: true },
  arm64: { names: arm64, linkRegister: true },
  riscv: { names: riscv, linkRegister: true },
  riscv64: { names: riscv, linkRegister: true },
  mips: { names: mips, linkRegister: true },
  mips64: { names: mips, linkRegister: true },
  ppc: { names: ppc, linkRegister: true },
  ppc64: { names: ppc, linkRegister: true },
}

/** By the processor's name in MODULE, and `x86 apple`. */
export function frameRegisters(cpu: string): FrameRegisters | undefined {
  return Object.hasOwn(registers, cpu) ? registers[cpu] : undefined
}

function words(text: string): string[] {
  return text.split(' ')
}

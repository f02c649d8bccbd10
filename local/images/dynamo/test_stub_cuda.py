import ctypes
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from stub_cuda import Symbol, assembly, compile_stub, missing_symbols, parse


class ParseTest(unittest.TestCase):
    def test_reads_a_definition(self):
        self.assertEqual(parse("0000000000012340 0000000000000018 V _ZTI1A"), Symbol("_ZTI1A", None, "V", 0x18))

    def test_reads_a_wanted_symbol(self):
        line = "                 U cuptiEnableDomain@libcupti.so.13"
        self.assertEqual(parse(line), Symbol("cuptiEnableDomain", "libcupti.so.13", "U"))

    def test_reads_the_version_of_a_definition(self):
        self.assertEqual(parse("0000000000000000 A libcudnn.so.9@@libcudnn.so.9").version, "libcudnn.so.9")

    def test_refuses_another_line(self):
        with self.assertRaisesRegex(ValueError, "no symbol"):
            parse("nm: file format not recognized")


class MissingSymbolsTest(unittest.TestCase):
    def test_takes_the_kind_and_size_of_the_removed_definition(self):
        missing = missing_symbols([Symbol("_ZTV1A", kind="U")], set(), [Symbol("_ZTV1A", kind="V", size=72)])
        self.assertEqual(missing, [Symbol("_ZTV1A", None, "V", 72)])

    def test_names_each_symbol_once(self):
        self.assertEqual(len(missing_symbols([Symbol("cuFileRead", kind="U")] * 2, set(), [])), 1)

    def test_leaves_what_others_define(self):
        linked = [
            Symbol("defined", kind="U"),
            Symbol("PyList_New", kind="U"),
            Symbol("_PyObject_New", kind="U"),
            Symbol("memcpy", "GLIBC_2.14", "U"),
            Symbol("optional", kind="w"),
            Symbol("own", kind="T"),
        ]
        self.assertEqual(missing_symbols(linked, {"defined"}, []), [])

    def test_replaces_symbols_with_the_version_of_a_library_of_nvidia(self):
        linked = [Symbol("cudnnGetProperty", "libcudnn.so.9", "U")]
        self.assertEqual(missing_symbols(linked, set(), []), [Symbol("cudnnGetProperty", "libcudnn.so.9")])


@unittest.skipUnless(shutil.which("gcc") and sys.maxsize > 2**32, "needs gcc")
class CompiledStubTest(unittest.TestCase):
    def compile(self, name, symbols):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        target = Path(temporary.name, name)
        compile_stub(target, symbols, "-l:libstdc++.so.6")
        return target

    def test_a_called_function_prints_its_name_and_aborts(self):
        stub = self.compile("libtorch_cuda.so", [Symbol("_ZN2at4cuda5sleepEl")])
        call = [sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(stub)!r})._ZN2at4cuda5sleepEl()"]
        ended = subprocess.run(call, capture_output=True, text=True)
        self.assertEqual(ended.returncode, -6)
        self.assertEqual(ended.stderr.splitlines()[0], "_ZN2at4cuda5sleepEl was called, but this image has no CUDA")

    def test_data_is_zero_and_a_type_knows_its_name(self):
        stub = ctypes.CDLL(str(self.compile("libtorch_cuda.so", [Symbol("_ZTI1A", kind="V"), Symbol("_ZTV1A", kind="V", size=72)])))
        _, name = (ctypes.c_void_p * 2).in_dll(stub, "_ZTI1A")
        self.assertEqual(ctypes.string_at(name), b"1A")
        self.assertEqual(bytes((ctypes.c_char * 72).in_dll(stub, "_ZTV1A")), bytes(72))

    def test_the_check_of_pythons_lock_is_an_object_of_zeros(self):
        stub = ctypes.CDLL(str(self.compile("libtorch_cuda.so", [Symbol("_ZN4c10d15get_gil_checkerEv")])))
        stub._ZN4c10d15get_gil_checkerEv.restype = ctypes.c_void_p
        self.assertEqual(ctypes.string_at(stub._ZN4c10d15get_gil_checkerEv(), 8), bytes(8))

    def test_the_options_of_a_process_group_are_zeros_with_their_table_of_functions(self):
        table, construct = "_ZTVN4c10d16ProcessGroupNCCL7OptionsE", "_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb"
        stub = ctypes.CDLL(str(self.compile("libtorch_cuda.so", [Symbol(construct), Symbol(table, kind="V")])))
        options = (ctypes.c_uint64 * 32)(*([7] * 32))
        stub[construct](options, 1)
        self.assertEqual(options[0], ctypes.addressof(ctypes.c_char.in_dll(stub, table)) + 16)
        self.assertEqual(list(options[1:]), [0] * 31)

    def test_symbols_have_the_version_that_programs_want(self):
        stub = self.compile("libcudnn.so.9", [Symbol("cudnnGetProperty", "libcudnn.so.9")])
        listing = subprocess.run(["nm", "-D", stub], check=True, capture_output=True, text=True).stdout
        self.assertIn("T cudnnGetProperty@@libcudnn.so.9", listing)
        self.assertNotIn("not_here", listing)

    def test_makes_the_same_bytes_each_time(self):
        first, second = (self.compile("libtorch_cuda.so", [Symbol("f"), Symbol("d", kind="B")]).read_bytes() for _ in range(2))
        self.assertEqual(first, second)


class AssemblyTest(unittest.TestCase):
    def test_gives_unknown_data_a_size(self):
        self.assertIn(".size d, 256", assembly([Symbol("d", kind="B")]))

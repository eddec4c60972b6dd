# Writes OUT, a C++ file that holds the files PAPERS of the folder FROM: cmake -DPAPERS=a;b -DFROM=dir -DOUT=file -P this
# One literal per entry: compilers need not take long ones.
set(code "#include \"experiments/report/ledger.h\"\n\nnamespace emograd::report {\n\n")
string(APPEND code "std::vector<LedgerFile> ledger_files() {\n  return {\n")
foreach(paper IN LISTS PAPERS)
  file(READ ${FROM}/${paper}.md text)
  string(REPLACE "\n## " "\n)ledger\"\nR\"ledger(## " text "${text}")
  string(APPEND code "{\"docs/equations/${paper}.md\",\nR\"ledger(${text})ledger\"},\n")
endforeach()
string(APPEND code "  };\n}\n\n}  // namespace emograd::report\n")
file(WRITE ${OUT} "${code}")

#include "experiments/report/versus.h"

#include <iostream>

#include "experiments/report/html_table.h"
#include "experiments/report/options.h"
#include "experiments/report/page.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

/// What a difference between two runs is worth.

using namespace emograd;

int main(int argc, char** argv) {
  report::CommandLine line{
      "Two finished runs on the same utterances beside each other: for every method and classifier that both have, by\n"
      "how many points the pooled UAR of the second differs from the first's, with 95 % intervals over speakers and a\n"
      "paired test. For what an option is worth: versus runs/fold runs/corpus."};
  std::string first, second, out;
  line.positional("first", &first, "Run folder: what is compared with", report::existing_folder()).required();
  line.positional("second", &second, "Run folder: what is compared", report::existing_folder()).required();
  line.option("--html", &out, "Write it as a page, too");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("versus", [&] {
    const report::Evidence a = report::read_evidence(first), b = report::read_evidence(second);
    const report::Table t = report::versus_table(a, b);
    std::cout << report::as_text(t);
    if (!out.empty())
      write_file(out, io::as_bytes(report::html({"Two runs beside each other",
                                                 fmt::format("First: {}. Second: {}.", a.name, b.name),
                                                 {},
                                                 {{"Differences", {report::as_html(t)}}}})));
    return 0;
  });
}

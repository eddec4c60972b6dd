#include "experiments/report/claims.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "experiments/report/config_json.h"
#include "experiments/report/html_table.h"
#include "experiments/report/options.h"
#include "experiments/report/page.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"

/// What the papers claim, and what finished runs say about it.

using namespace emograd;

int main(int argc, char** argv) {
  report::CommandLine line{
      "The papers' claims, one verdict each: reproduced, not reproduced, inconclusive, with the numbers behind it, "
      "from "
      "finished\nrun folders. Without any: which runs would tell."};
  std::vector<std::string> folders;
  std::string out;
  line.positional("runs", &folders, "Run folders", report::existing_folder());
  line.option("--html", &out, "Write them as one page, too");
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("claims", [&] {
    std::vector<report::Evidence> runs;
    for (const std::string& folder : folders) runs.push_back(report::read_evidence(folder));
    const std::vector<report::Finding> findings = report::examine(report::known_claims(), runs);
    std::cout << report::claims_text(findings);
    if (out.empty()) return 0;
    report::Facts sources;
    for (const report::Evidence& run : runs)
      sources.items.emplace_back(run.name,
                                 fmt::format("{}. {}", run.program(), fmt::join(report::warnings(run.config), " ")));
    const report::Page page{"Claims of the papers, and what runs say",
                            "Every claim is a number with a range; where the 95 % interval of the number lies decides.",
                            {},
                            {{"Verdicts", {as_html(claims_table(findings))}},
                             {"How they were judged",
                              {report::Folded{"What is measured", as_html(quantities_table(report::known_claims()))},
                               std::move(sources)}}}};
    write_file(out, io::as_bytes(html(page)));
    return 0;
  });
}

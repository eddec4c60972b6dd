#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/report/definition.h"
#include "experiments/report/ledger.h"

namespace emograd::report {

/// Every entry's formula as MathML, by pandoc. Error where that program is missing or fails.
std::vector<std::string> mathml_of(const std::vector<LedgerEntry>&);

/// One self-contained HTML page: every formula beside the functions that compute it, read from the source tree, linked
/// both ways. `formulas` are HTML, one per entry. Error where a function is not found.
std::string ledger_page(const std::vector<LedgerEntry>&, const std::vector<std::string>& formulas,
                        const std::filesystem::path& source);

/// The function as it stands in the source tree. Error where its file or itself is not there.
Definition definition_of(const Place&, const std::filesystem::path& source);

}  // namespace emograd::report

#include "experiments/report/run_plan.h"

#include <fmt/format.h>

#include <chrono>

#include "experiments/report/interrupt.h"
#include "experiments/report/progress.h"

namespace emograd::report {
namespace {

constexpr std::int64_t classification_in_epochs = 20;  // what fitting the classifiers costs, roughly, for the time left

}  // namespace

bool run_plan(const Plan& plan, RunFolder& folder, const RunOptions& options, Summary& summary) {
  using Clock = std::chrono::steady_clock;
  catch_interrupts();
  std::int64_t work = 0;
  for (const Method& method : plan.methods) work += method.epochs + classification_in_epochs;
  Progress progress(work * static_cast<std::int64_t>(plan.seeds.size() * plan.splits.size()));

  for (const std::uint64_t seed : plan.seeds)
    for (std::size_t fold = 0; fold < plan.splits.size(); ++fold)
      for (const Method& method : plan.methods) {
        const protocol::Split& split = plan.splits[fold];
        const std::string name = fmt::format("seed{}-fold{:02}-{}", seed, fold, method.name);
        progress.label(fmt::format("seed {}, {} left out, {}", seed, split.name, method.name));
        std::optional<nlohmann::json> outcome = folder.finished(name);
        if (outcome) {
          progress.skip(method.epochs + classification_in_epochs);
        } else {
          const auto start = Clock::now();
          if (!interrupted())
            outcome =
                protocol::run_unit({plan.table, split, seed, method.name, method.make, plan.classifiers, plan.sets},
                                   {.checkpoint = folder.checkpoint(name),
                                    .checkpoint_seconds = options.checkpoint_seconds,
                                    .stop = interrupted,
                                    .epoch_done = [&] { progress.advance(1); }});
          if (!outcome) {
            progress.line(
                fmt::format("Interrupted; nothing is lost. To go on, add --resume to the same command (run folder {}).",
                            folder.path().string()));
            return false;
          }
          folder.finish(name, *outcome);
          progress.advance(classification_in_epochs);
          const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
          folder.timing({{"unit", name}, {"seconds", seconds}});
          if (options.verbose) progress.line(fmt::format("{}  {:.1f} s", name, seconds));
        }
        summary.add(*outcome);
        for (const nlohmann::json& line : summary.metric_lines(*outcome)) folder.metric(line);
      }
  return true;
}

}  // namespace emograd::report

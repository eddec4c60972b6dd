#include "experiments/report/run_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "experiments/protocol/manifest.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/processes.h"
#include "experiments/report/progress.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace emograd::report {
namespace {

constexpr std::int64_t mix_in_epochs = 20;  // what fitting the classifiers on it costs, roughly, for the time left

/// One unit of the plan.
struct Task {
  std::uint64_t seed;
  const protocol::Split& split;
  const Method& method;
  std::vector<protocol::Mix> mixes;
  std::int64_t evaluations;  // at the end and before
  std::string name;

  std::int64_t classification() const { return mix_in_epochs * std::ssize(mixes) * evaluations; }
  std::int64_t work() const { return method.epochs + classification(); }
  std::string label() const {
    return fmt::format("seed {}, {} left out, {}", seed, split.test.empty() ? "nothing" : split.name, method.name);
  }
};

std::vector<Task> tasks_of(const Plan& plan) {
  std::vector<Task> tasks;
  for (const std::uint64_t seed : plan.seeds)
    for (std::size_t fold = 0; fold < plan.data.splits.size(); ++fold)
      for (const Method& method : plan.methods)
        tasks.push_back(
            {seed, plan.data.splits[fold], method, method.augments ? plan.mixes : std::vector{protocol::Mix{.sets = 0}},
             plan.evaluate_every > 0 ? 1 + std::max<std::int64_t>(0, method.epochs - 1) / plan.evaluate_every : 1,
             fmt::format("seed{}-fold{:02}-{}", seed, fold, method.name)});
  return tasks;
}

/// Within every seed, so that no process is left with a long unit when the others have nothing to do.
void longest_first(std::vector<const Task*>& tasks) {
  const auto end_of_seed = [&](auto first) {
    return std::find_if(first, tasks.end(), [&](const Task* t) { return t->seed != (*first)->seed; });
  };
  for (auto first = tasks.begin(); first != tasks.end(); first = end_of_seed(first))
    std::stable_sort(first, end_of_seed(first), [](const Task* a, const Task* b) { return a->work() > b->work(); });
}

/// Runs the unit and keeps its outcome in the folder. False where it heeded `stop`.
bool run_task(const Plan& plan, const Task& task, RunFolder& folder, const RunOptions& options, const Worker& worker) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  if (worker.stop()) return false;
  nlohmann::json parts = nlohmann::json::object();
  const auto outcome = protocol::run_unit(
      {plan.data.table, task.split, task.seed, task.method.name, task.method.make,
       task.method.classifiers.empty() ? plan.classifiers : task.method.classifiers, task.mixes, plan.evaluate_every,
       plan.data.scaling, plan.measure, plan.data.classified.get(), plan.data.thinning},
      {.checkpoint = folder.checkpoint(task.name),
       .checkpoint_seconds = options.checkpoint_seconds,
       .stop = worker.stop,
       .epoch_done = worker.epoch_done,
       .spent = [&](const std::string& part, double seconds) { parts[part] = seconds; }});
  if (!outcome) return false;
  folder.finish(task.name, *outcome);
  for (std::int64_t i = 0; i < task.classification(); ++i) worker.epoch_done();
  folder.timing({{"unit", task.name},
                 {"method", task.method.name},
                 {"seconds", std::chrono::duration<double>(Clock::now() - start).count()},
                 {"parts", parts}});
  return true;
}

}  // namespace

bool run_plan(const Plan& plan, RunFolder& folder, const RunOptions& options, Summary& summary) {
  const int threads = thread_count(), jobs = options.jobs > 0 ? options.jobs : threads;
  check(jobs == 1 || !options.trace, "--trace sees this process alone; use it with --jobs 1");
  folder.write("manifest.json", protocol::manifest_text(plan.data.manifest));
  catch_interrupts();
  const std::vector<Task> tasks = tasks_of(plan);
  std::int64_t work = 0;
  for (const Task& task : tasks) work += task.work();
  Progress progress(work);
  std::vector<const Task*> open;
  for (const Task& task : tasks) {
    if (folder.finished(task.name)) {
      folder.drop_checkpoint(task.name);
      progress.skip(task.work());
    } else {
      open.push_back(&task);
    }
  }

  // Outcomes are taken in the plan's order, whichever unit was finished first.
  auto next = tasks.begin();
  const auto take_finished = [&] {
    for (; next != tasks.end(); ++next) {
      const auto outcome = folder.finished(next->name);
      if (!outcome) return;
      summary.add(*outcome);
      for (const nlohmann::json& line : summary.metric_lines(*outcome)) folder.metric(line);
    }
  };
  take_finished();
  if (jobs == 1) {
    const Worker here{interrupted, [&] { progress.advance(1); }};
    for (const Task* task : open) {
      progress.label(task->label());
      if (!run_task(plan, *task, folder, options, here)) break;
      if (options.verbose) progress.line(task->name);
      take_finished();
    }
  } else {
    progress.label(fmt::format("{} units, {} at a time", open.size(), jobs));
    longest_first(open);
    set_thread_count(std::max(1, threads / jobs));
    run_in_processes(
        std::ssize(open), jobs,
        [&](std::int64_t i, const Worker& worker) {
          return run_task(plan, *open[static_cast<std::size_t>(i)], folder, options, worker);
        },
        [&](std::int64_t epochs) {
          progress.advance(epochs);
          take_finished();
        });
    set_thread_count(threads);
  }
  if (next == tasks.end()) return true;
  progress.line(fmt::format("Interrupted; nothing is lost. To go on, add --resume to the same command (run folder {}).",
                            folder.path().string()));
  return false;
}

}  // namespace emograd::report

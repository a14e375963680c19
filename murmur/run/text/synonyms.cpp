// SPDX-License-Identifier: Apache-2.0
// Names that other systems use for keys and values that have a name here: PyTorch, torchft,
// OpenDiLoCo, accelerate, exo gym, Bluefog, fairscale, Bagua, decentralizepy, Flower and the code
// of the papers. They are in lower case, with '-' for '_'.
#include <algorithm>
#include <array>
#include <cctype>

#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

struct Synonym {
  std::string_view place;  // the table or the kind; "*": any
  std::string_view theirs;
  std::string_view ours;
};

constexpr std::array kKeys{
    Synonym{"*", "sync-every", "outer.period"},
    Synonym{"*", "local-steps", "outer.period"},
    Synonym{"*", "local-step", "outer.period"},
    Synonym{"*", "h", "outer.period"},
    Synonym{"*", "tau", "outer.period"},
    Synonym{"*", "slowmo-frequency", "outer.period"},
    Synonym{"*", "localsgd-frequency", "outer.period"},
    Synonym{"*", "num-steps-per-communication", "outer.period"},
    Synonym{"*", "communication-interval", "outer.period"},
    Synonym{"*", "sync-period", "outer.period"},
    Synonym{"*", "slowmo-momentum", "outer.momentum"},
    Synonym{"*", "slowmo-beta", "outer.momentum"},
    Synonym{"*", "slowmo-factor", "outer.momentum"},
    Synonym{"*", "slowmo-lr", "outer.learning_rate"},
    Synonym{"*", "outer-lr", "outer.learning_rate"},
    Synonym{"*", "lr", "learning_rate"},
    Synonym{"*", "eta", "learning_rate"},
    Synonym{"*", "step-size", "learning_rate"},
    Synonym{"*", "wd", "weight_decay"},
    Synonym{"*", "l2", "weight_decay"},
    Synonym{"*", "epsilon", "eps"},
    Synonym{"*", "beta1", "betas"},
    Synonym{"*", "beta2", "betas"},
    Synonym{"*", "use-nesterov", "nesterov"},
    Synonym{"*", "sam", "gradient.sharpness"},
    Synonym{"*", "max-norm", "gradient.clip_norm"},
    Synonym{"*", "clip-grad-norm", "gradient.clip_norm"},
    Synonym{"*", "max-grad-norm", "gradient.clip_norm"},
    Synonym{"*", "accumulation-steps", "gradient.accumulate"},
    Synonym{"*", "gradient-accumulation-steps", "gradient.accumulate"},
    Synonym{"gradient", "rho", "sharpness"},
    Synonym{"algorithm", "rho", "gradient.sharpness"},
    Synonym{"participation", "fraction", "share"},
    Synonym{"participation", "c", "share"},
    Synonym{"participation", "client-fraction", "share"},
    Synonym{"participation", "fraction-fit", "share"},
    Synonym{"outer", "fraction", "participation.share"},
    Synonym{"outer", "c", "participation.share"},
    Synonym{"outer", "k", "period"},
    Synonym{"algorithm", "groups", "group"},
    Synonym{"algorithm", "param-groups", "group"},
    Synonym{"algorithm", "parameter-groups", "group"},
    Synonym{"algorithm", "beta", "momentum"},
    Synonym{"algorithm", "momentum-factor", "momentum"},
    Synonym{"algorithm", "gamma", "gossip_step"},
    Synonym{"algorithm", "consensus-lr", "gossip_step"},
    Synonym{"algorithm", "averaging-rate", "gossip_step"},
    Synonym{"compression", "compression-ratio", "ratio"},
    Synonym{"compression", "k", "ratio"},
    Synonym{"outer", "alpha", "learning_rate"},
    Synonym{"outer", "beta", "momentum"},
    Synonym{"outer", "buffer-strategy", "buffers"},
    Synonym{"", "n", "workers"},
    Synonym{"", "nodes", "workers"},
    Synonym{"", "num-nodes", "workers"},
    Synonym{"", "num-workers", "workers"},
    Synonym{"", "n-workers", "workers"},
    Synonym{"", "world-size", "workers"},
    Synonym{"", "clients", "workers"},
    Synonym{"", "num-clients", "workers"},
    Synonym{"", "peers", "workers"},
    Synonym{"", "manual-seed", "seed"},
    Synonym{"", "random-seed", "seed"},
    Synonym{"", "dtype", "precision"},
    Synonym{"", "optimizer", "algorithm"},
    Synonym{"", "dataset", "data"},
    Synonym{"", "graph", "topology"},
    Synonym{"", "network", "topology"},
    Synonym{"", "scheduler", "schedule"},
    Synonym{"", "lr-scheduler", "schedule"},
    Synonym{"", "outer-optimizer", "outer"},
    Synonym{"", "slowmo", "outer"},
    Synonym{"", "diloco", "outer"},
    Synonym{"data", "batch", "batch_size"},
    Synonym{"data", "local-batch-size", "batch_size"},
    Synonym{"data", "split", "partition"},
    Synonym{"data", "partitioner", "partition"},
    Synonym{"data", "partition-data", "partition"},
    Synonym{"data", "non-iid-alpha", "alpha"},
    Synonym{"data", "dirichlet-alpha", "alpha"},
    Synonym{"data", "concentration", "alpha"},
    Synonym{"data", "root", "folder"},
    Synonym{"data", "path", "folder"},
    Synonym{"data", "data-dir", "folder"},
    Synonym{"schedule", "num-epochs", "epochs"},
    Synonym{"schedule", "max-epochs", "epochs"},
    Synonym{"schedule", "num-steps", "steps"},
    Synonym{"schedule", "max-steps", "steps"},
    Synonym{"schedule", "iterations", "steps"},
    Synonym{"schedule", "milestones", "decay_epochs"},
    Synonym{"schedule", "gamma", "decay_factor"},
    Synonym{"schedule", "eta-min", "minimum"},
    Synonym{"", "iterations", "steps"},
    Synonym{"", "num-steps", "steps"},
    Synonym{"", "max-steps", "steps"},
};

constexpr std::array kValues{
    Synonym{"topology", "exp2", "exponential"},
    Synonym{"topology", "exp-2", "exponential"},
    Synonym{"topology", "exp", "exponential"},
    Synonym{"topology", "exponential-2", "exponential"},
    Synonym{"topology", "exponential2", "exponential"},
    Synonym{"topology", "static-exponential", "exponential"},
    Synonym{"topology", "one-peer", "one-peer-exponential"},
    Synonym{"topology", "one-peer-exp", "one-peer-exponential"},
    Synonym{"topology", "dynamic-exponential", "one-peer-exponential"},
    Synonym{"topology", "directed-time-varying-one-peer", "one-peer-exponential"},
    Synonym{"topology", "directed-time-varying-two-peer", "two-peer-exponential"},
    Synonym{"topology", "two-peer", "two-peer-exponential"},
    Synonym{"topology", "time-varying-bipartite-one-peer", "bipartite-one-peer"},
    Synonym{"topology", "time-varying-random-pair", "random-matching"},
    Synonym{"topology", "random-pair", "random-matching"},
    Synonym{"topology", "random-pairs", "random-matching"},
    Synonym{"topology", "matching", "random-matching"},
    Synonym{"topology", "time-varying-random-ring", "random-ring"},
    Synonym{"topology", "full", "complete"},
    Synonym{"topology", "fully-connected", "complete"},
    Synonym{"topology", "all", "complete"},
    Synonym{"topology", "clique", "complete"},
    Synonym{"topology", "line", "chain"},
    Synonym{"topology", "path", "chain"},
    Synonym{"topology", "mesh", "grid"},
    Synonym{"topology", "mesh-grid", "grid"},
    Synonym{"topology", "mesh-grid-2d", "grid"},
    Synonym{"topology", "ringext", "ring-extended"},
    Synonym{"topology", "circle", "ring"},
    Synonym{"topology", "cycle", "ring"},
    Synonym{"topology", "tree", "binary-tree"},
    Synonym{"topology", "regular", "random-regular"},
    Synonym{"topology", "d-regular", "random-regular"},
    Synonym{"topology", "k-regular", "random-regular"},
    Synonym{"topology", "er", "erdos-renyi"},
    Synonym{"topology", "davis", "social"},
    Synonym{"topology", "davis-southern-women", "social"},
    Synonym{"topology", "social-davis-southern-women", "social"},
    Synonym{"topology", "florentine-registrations", "florentine"},
    Synonym{"topology", "karate-club", "karate"},
    Synonym{"topology", "margulis-expander", "margulis"},
    Synonym{"weighting", "metropolis-hastings", "metropolis"},
    Synonym{"weighting", "mh", "metropolis"},
    Synonym{"weighting", "column", "out-degree"},
    Synonym{"weighting", "row", "uniform"},
    Synonym{"algorithm", "d-psgd", "dsgd"},
    Synonym{"algorithm", "dpsgd", "dsgd"},
    Synonym{"algorithm", "decentralized-sgd", "dsgd"},
    Synonym{"algorithm", "gossip-sgd", "dsgd"},
    Synonym{"algorithm", "dsgd-m", "dsgdm"},
    Synonym{"algorithm", "qgm", "qg-dsgdm-n"},
    Synonym{"algorithm", "qg-sgd", "qg-dsgdm-n"},
    Synonym{"algorithm", "decentralized-qg-sgd", "qg-dsgdm-n"},
    Synonym{"algorithm", "qg-adam", "qg-dadam"},
    Synonym{"algorithm", "decentralized-qg-adam", "qg-dadam"},
    Synonym{"algorithm", "decentralized-adam", "dadam"},
    Synonym{"algorithm", "gt", "dsgd-gt"},
    Synonym{"algorithm", "dsgt", "dsgd-gt"},
    Synonym{"algorithm", "gradient-tracking", "dsgd-gt"},
    Synonym{"algorithm", "exact-diffusion", "d2"},
    Synonym{"algorithm", "d2+", "d2-plus"},
    Synonym{"algorithm", "allreduce", "allreduce-sgd"},
    Synonym{"algorithm", "all-reduce", "allreduce-sgd"},
    Synonym{"algorithm", "ddp", "allreduce-sgd"},
    Synonym{"algorithm", "centralized-sgd", "allreduce-sgd"},
    Synonym{"algorithm", "centralized-adam", "allreduce-adam"},
    Synonym{"algorithm", "push-sum", "sgp"},
    Synonym{"algorithm", "stochastic-gradient-push", "sgp"},
    Synonym{"algorithm", "adpsgd", "ad-psgd"},
    Synonym{"algorithm", "choco", "choco-sgd"},
    Synonym{"compression", "topk", "top-k"},
    Synonym{"compression", "randk", "rand-k"},
    Synonym{"compression", "powersgd", "low-rank"},
    Synonym{"compression", "terngrad", "ternary"},
    Synonym{"compression", "signsgd", "sign"},
    Synonym{"algorithm", "local-sgd", "sgd with [outer] name = \"average\""},
    Synonym{"algorithm", "localsgd", "sgd with [outer] name = \"average\""},
    Synonym{"algorithm", "fedavg", "sgd with [outer] name = \"average\""},
    Synonym{"algorithm", "slowmo", "sgd with [outer] name = \"slowmo\""},
    Synonym{"algorithm", "diloco", "adamw with [outer] name = \"nesterov\""},
    Synonym{"outer", "diloco", "nesterov"},
    Synonym{"outer", "local-sgd", "average"},
    Synonym{"outer", "localsgd", "average"},
    Synonym{"outer", "post-local-sgd", "average"},
    Synonym{"outer", "fedavg", "average"},
    Synonym{"outer", "slow-momentum", "slowmo"},
    Synonym{"outer", "block-momentum", "bmuf"},
    Synonym{"outer", "heavyball", "heavy-ball"},
    Synonym{"partition", "dir", "dirichlet"},
    Synonym{"partition", "non-iid-dirichlet", "dirichlet"},
    Synonym{"partition", "non-iid", "dirichlet"},
    Synonym{"partition", "random", "iid"},
    Synonym{"partition", "uniform", "iid"},
    Synonym{"partition", "shard", "shards"},
    Synonym{"partition", "pathological", "shards"},
    Synonym{"partition", "none", "replicate"},
    Synonym{"data", "fmnist", "fashion-mnist"},
    Synonym{"data", "cifar-10", "cifar10"},
    Synonym{"schedule", "multistep", "step"},
    Synonym{"schedule", "multi-step", "step"},
    Synonym{"schedule", "step-decay", "step"},
    Synonym{"schedule", "cosine-annealing", "cosine"},
    Synonym{"schedule", "inv-sqrt", "inverse-sqrt"},
    Synonym{"precision", "float", "single"},
    Synonym{"precision", "float32", "single"},
    Synonym{"precision", "fp32", "single"},
    Synonym{"precision", "float64", "double"},
    Synonym{"precision", "fp64", "double"},
};

std::string normal(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return text;
}

template <std::size_t N>
std::optional<std::string> look_up(const std::array<Synonym, N>& all,
                                   std::string_view place,
                                   std::string_view given) {
  const std::string theirs = normal(given);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Synonym& s) {
    return s.theirs == theirs && (s.place == "*" || s.place == place);
  });
  return found == all.end() ? std::nullopt : std::optional<std::string>(found->ours);
}

}  // namespace

std::optional<std::string> key_synonym(std::string_view table, std::string_view key) {
  return look_up(kKeys, table, key);
}

std::optional<std::string> value_synonym(std::string_view kind, std::string_view value) {
  return look_up(kValues, kind, value);
}

}  // namespace murmur::run

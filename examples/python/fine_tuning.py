# SPDX-License-Identifier: Apache-2.0
"""A fine-tuning loop as Hugging Face's courses have it: a model whose output has a loss, a DataLoader over this worker's share, a
linear schedule with warm-up, accumulation of gradients, a frozen embedding, evaluation of the average at the end.

    mpirun -n 4 python fine_tuning.py
    torchrun --nproc-per-node 4 fine_tuning.py
"""
from types import SimpleNamespace

import torch
from torch.utils.data import DataLoader, Subset, TensorDataset

import murmur

EPOCHS, ACCUMULATE, RATE = 2, 2, 5e-3


class Classifier(torch.nn.Module):
    """Stands for AutoModelForSequenceClassification.from_pretrained(...): the same calls."""

    def __init__(self, tokens=64, width=32, labels=2):
        super().__init__()
        self.embedding = torch.nn.Embedding(tokens, width)
        layer = torch.nn.TransformerEncoderLayer(width, 2, 2 * width, dropout=0.1, batch_first=True)
        self.encoder = torch.nn.TransformerEncoder(layer, 1)
        self.head = torch.nn.Linear(width, labels)

    def forward(self, input_ids, labels=None):
        logits = self.head(self.encoder(self.embedding(input_ids)).mean(1))
        loss = None if labels is None else torch.nn.functional.cross_entropy(logits, labels)
        return SimpleNamespace(loss=loss, logits=logits)


def make_dataset():
    generator = torch.Generator().manual_seed(7)
    tokens = torch.randint(64, (768, 12), generator=generator)
    return TensorDataset(tokens, (tokens < 24).sum(1).gt(4).long())


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = Classifier()
    model.embedding.weight.requires_grad_(False)
    dataset = make_dataset()

    # In place of torch.optim.AdamW(model.parameters(), lr=RATE): a decentralized one; the model is given, so that frozen weights
    # and running statistics are known.
    optimizer = murmur.optim.DAdam(model, lr=RATE, weight_decay=1e-4, topology="ring")

    # This worker's share, in place of a DistributedSampler. The loader shuffles by a generator of its own.
    own = Subset(dataset, range(optimizer.rank, 512, optimizer.size))
    loader = DataLoader(own, batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(optimizer.rank), drop_last=True)
    total = EPOCHS * (len(loader) // ACCUMULATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 4, (total - step) / total))

    model.train()
    for _ in range(EPOCHS):
        for number, (input_ids, labels) in enumerate(loader):
            loss = model(input_ids=input_ids, labels=labels).loss / ACCUMULATE
            loss.backward()
            if (number + 1) % ACCUMULATE == 0:
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()

    average = optimizer.average_state_dict()
    digest = optimizer.digest()
    if optimizer.rank == 0:
        judged = Classifier()
        judged.load_state_dict(average)
        judged.eval()
        test = Subset(dataset, range(512, 768))
        right = sum((judged(input_ids=x[None]).logits.argmax() == y).item() for x, y in test)
        print(f"{optimizer.size} workers: accuracy of the average {right / len(test):.2f}, digest {digest}")


if __name__ == "__main__":
    main()

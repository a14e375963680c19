# SPDX-License-Identifier: Apache-2.0
"""Labelled texts and an encoder, small enough to train on in a moment, under the names that the pages use."""
import json
from pathlib import Path

WORDS = "the bird sees a new market and team of chips . ,".split()


def sentence(number, length):
    return " ".join(WORDS[(number * number + 3 * k + number * k) % len(WORDS)] for k in range(length))


def write_ag_news(folder):
    folder.mkdir(parents=True)
    for name, count in (("train", 1024), ("test", 100)):
        rows = (f'"{i % 4 + 1}","{sentence(i, 3)}","{sentence(i + 1, 6 + i % 5)}"\n' for i in range(count))
        (folder / f"{name}.csv").write_text("".join(rows), encoding="utf-8")


def write_translations(folder):
    folder.mkdir(parents=True)
    for name, count in (("train", 200), ("val", 20), ("test_2016_flickr", 20)):
        for language, first in (("en", 0), ("de", 1)):
            text = "".join(f"{sentence(i + first, 3 + i % 5)}.\n" for i in range(count))
            (folder / f"{name}.{language}").write_text(text, encoding="utf-8")


def write_reviews(folder):
    folder.mkdir(parents=True)
    for name, count in (("train", 1024), ("test", 100)):
        rows = (f'"{sentence(i, 3)}","{sentence(i + 1, 5)}",{i % 5 + 1}\n' for i in range(count))
        (folder / f"{name}.csv").write_text("title,body,stars\n" + "".join(rows), encoding="utf-8")


def write_encoder(folder):
    folder.mkdir(parents=True)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    config = {
        "model_type": "bert",
        "vocab_size": len(tokens),
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 128,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")


def write_texts(folder):
    """What the pages name, relative to the folder in which their commands run."""
    write_reviews(Path(folder) / "reviews")
    write_encoder(Path(folder) / "encoders/all-MiniLM-L6-v2")

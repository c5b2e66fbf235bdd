#!/usr/bin/env python3
"""LSTM autoencoder, trained on FD001 until its validation loss no longer falls: train-lstmae against PyTorch.

    Benchmarks/lstm_training.py DATA [--bin .build/release] [--epochs 50] [--threads 1] [--eager]

DATA holds train_FD001.txt or train_FD001.txt.gz. Both sides learn from the same windows of the same units (Borescope's
split, min-max scaling, RUL >= 60), in batches of 64, with dropout 0.2, Adam (1e-3, weight decay 1e-4), the rate halved
after five epochs on a plateau, and stop after ten without a lower validation loss, or after --epochs; each draws its own
random numbers, so the epochs may differ and the time of one epoch is what compares. For Borescope the whole program is
timed, reading, assessment and bundle too; for PyTorch the epochs alone. PyTorch has its fused Adam and a malloc that
keeps its pages, unless --eager takes it as it comes.
"""
import argparse, copy, json, os, subprocess, sys, tempfile, time

MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
          "MALLOC_TOP_PAD_": "268435456"}
LENGTH, HEALTHY = 30, 60
CONFIGURATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "configs", "reference", "train-lstmae.yaml")


def borescope(options, folder):
    """Trains with the program; returns its seconds and what its bundle says."""
    bundle = os.path.join(folder, "model")
    rows = os.path.join(folder, "rows.ndjson")
    with open(rows, "w") as file:
        subprocess.run([os.path.join(options.bin, "cmapss-ingest"), training_file(options.data)], stdout=file, check=True)
    command = [os.path.join(options.bin, "train-lstmae"), "--quiet", "--config", CONFIGURATION, "--healthy",
               f"rul>={HEALTHY}", "--epochs", str(options.epochs), "--threads", str(options.threads), "-o", bundle, rows]
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - begin
    with open(os.path.join(bundle, "model.json")) as file:
        return seconds, json.load(file)


def training_file(data):
    plain = os.path.join(data, "train_FD001.txt")
    return plain if os.path.exists(plain) else plain + ".gz"


def windows(data, model):
    """The healthy windows of the training and of the validation units, scaled, as two float32 arrays (n, 30, columns)."""
    import numpy as np

    table = np.loadtxt(training_file(data))
    columns = model["features"]["inputs"]
    values = table[:, [4 + int(name.split("_")[1]) for name in columns]]
    units, cycles = table[:, 0].astype(int), table[:, 1]
    life = np.array([cycles[units == unit].max() for unit in units]) - cycles
    learned = np.isin(units, model["training"]["units"]["training"])
    low, high = values[learned & (life >= HEALTHY)].min(0), values[learned & (life >= HEALTHY)].max(0)
    scaled = ((values - low) / (high - low)).astype(np.float32)

    def cut(members):
        return np.stack([scaled[last - LENGTH + 1:last + 1] for last in range(LENGTH - 1, len(scaled))
                         if units[last - LENGTH + 1] == units[last] and members[last] and life[last] >= HEALTHY])

    training = cut(learned)
    assert len(training) == model["training"]["windows"], (len(training), model["training"]["windows"])
    return training, cut(~learned)


def pytorch(options):
    """Trains the peer on the arrays in the folder; prints epochs, seconds and the best validation loss as JSON."""
    import numpy as np
    import torch
    from torch import nn

    from lstm_pytorch import Autoencoder

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    training, validation = (torch.from_numpy(np.load(os.path.join(options.peer, f"{name}.npy")))
                            for name in ("training", "validation"))
    model = Autoencoder(features=training.shape[2])
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4, fused=None if options.eager else True)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=5)
    best, best_epoch, kept, epoch = float("inf"), 0, None, 0
    begin = time.perf_counter()
    while epoch < options.epochs and epoch - best_epoch < 10:
        model.train()
        for batch in torch.randperm(len(training)).split(64):
            optimiser.zero_grad(set_to_none=True)
            x = training[batch]
            nn.functional.mse_loss(model(x), x).backward()
            optimiser.step()
        model.eval()
        with torch.inference_mode():
            loss = sum(float(((model(x) - x) ** 2).sum()) for x in validation.split(1024)) / validation.numel()
        epoch += 1
        plateau.step(loss)
        if loss < best:
            best, best_epoch, kept = loss, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    print(json.dumps({"epochs": epoch, "seconds": time.perf_counter() - begin, "loss": best}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?")
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return pytorch(options)
    if not options.data:
        parser.error("DATA is missing")
    import numpy as np

    for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(variable, None)
    with tempfile.TemporaryDirectory() as folder:
        seconds, model = borescope(options, folder)
        for name, array in zip(("training", "validation"), windows(options.data, model)):
            np.save(os.path.join(folder, f"{name}.npy"), array)
        command = [sys.executable, os.path.abspath(__file__), "--peer", folder, "--epochs", str(options.epochs),
                   "--threads", str(options.threads)] + (["--eager"] if options.eager else [])
        environment = os.environ if options.eager else {**os.environ, **MALLOC}
        peer = json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout)
    losses = model["history"]["validation"]
    ours = {"epochs": len(losses), "seconds": seconds, "loss": min(losses)}
    print(f"{model['training']['windows']} windows, threads: {options.threads}")
    for name, side in (("borescope", ours), ("pytorch, eager" if options.eager else "pytorch, tuned", peer)):
        print(f"{name:16}{side['seconds']:8.1f} s  {side['epochs']:3} epochs  {side['seconds'] / side['epochs']:7.3f} s an "
              f"epoch  best validation loss {side['loss']:.5f}")
    ratio = peer["seconds"] / peer["epochs"] / (seconds / ours["epochs"])
    print(f"an epoch {ratio:.1f}x, the whole {peer['seconds'] / seconds:.1f}x")


if __name__ == "__main__":
    main()

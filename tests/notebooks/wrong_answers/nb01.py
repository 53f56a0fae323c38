"""Typical wrong answers to the exercises of notebook 01."""

WRONG = {
    "01.1": [
        "def normalise_rows(counts):\n    sums = torch.sum(counts, dim=-1)\n    return counts / sums",
        "def normalise_rows(counts):\n    sums = counts.sum(dim=0, keepdim=True)\n    return counts / sums",
        "def normalise_rows(counts):\n    return counts.float() / counts.sum().item()",
        """
def normalise_rows(counts):
    rows = []
    for row in counts:
        rows.append(row / max(row.tolist()))
    return torch.stack(rows)
""",
        "def normalise_rows(counts):\n    return torch.softmax(counts.double(), dim=-1)",
        "def normalise_rows(counts):\n    counts /= counts.sum(dim=1, keepdim=True)\n    return counts",
    ],
    "01.2": [
        # forgets where the tensor begins
        """
def cell(offset, strides, index):
    number = 0
    for i in range(len(index)):
        number = number + index[i] * strides[i]
    return number
""",
        # the last stride with the first index
        """
def cell(offset, strides, index):
    for stride, i in zip(reversed(strides), index):
        offset += stride * i
    return offset
""",
        # only tables
        """
def cell(offset, strides, index):
    i, j = index[0], index[1]
    return offset + i * strides[0] + j * strides[1]
""",
        # steps of length one
        """
def cell(offset, strides, index):
    for i in index:
        offset = offset + i
    return offset
""",
        # begins anew at the offset in every dimension
        """
def cell(offset, strides, index):
    number = 0
    for i, stride in zip(index, strides):
        number += offset + i * stride
    return number
""",
        # ends in the first round
        """
def cell(offset, strides, index):
    total = offset
    for i, stride in zip(index, strides):
        total += i * stride
        return total
""",
        # begins anew in every round
        """
def cell(offset, strides, index):
    for i, stride in zip(index, strides):
        total = offset
        total += i * stride
    return total
""",
        # one round too few
        """
def cell(offset, strides, index):
    total = offset
    for k in range(len(strides) - 1):
        total += index[k] * strides[k]
    return total
""",
        # multiplies all steps
        """
def cell(offset, strides, index):
    number = 1
    for i, stride in zip(index, strides):
        number *= i * stride
    return offset + number
""",
    ],
    "01.3": [
        # one view for both steps
        "def split_heads(x, n_head):\n    B, T, C = x.shape\n    return x.reshape(B, n_head, T, C // n_head)",
        # the transpose is forgotten
        "def split_heads(x, n_head):\n    B, T, C = x.shape\n    return x.view(B, T, n_head, C // n_head)",
        # right numbers, copied
        """
def split_heads(x, n_head):
    size = x.shape[-1] // n_head
    return torch.stack([x[:, :, h * size : (h + 1) * size] for h in range(n_head)], dim=1)
""",
        # every n-th number
        "def split_heads(x, n_head):\n    return torch.stack([x[..., h::n_head] for h in range(n_head)], dim=1)",
        # heads of size n_head
        """
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.view(B, T, C // n_head, n_head).transpose(1, 2)
""",
        # the wrong exchange
        """
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.view(B, T, n_head, C // n_head).transpose(-1, -2)
""",
    ],
    "01.4": [
        # in another order
        "def get_windows(data, starts, T):\n    return torch.stack([data[i : i + T] for i in sorted(starts)])",
        # as many windows as a window is long
        """
def get_windows(data, starts, T):
    windows = []
    for k in range(T):
        windows.append(data[starts[k] : starts[k] + T])
    return torch.stack(windows)
""",
        "def get_windows(data, starts, T):\n    return torch.cat([data[i : i + T] for i in starts], dim=0)",
        """
def get_windows(data, starts, T):
    windows = [data[i : i + T] for i in starts]
    return torch.stack(windows).transpose(0, 1)
""",
        """
def get_windows(data, starts, T):
    batch = []
    for start in starts:
        batch.append(data[start : start + T + 1])
    return torch.stack(batch)
""",
        "def get_windows(data, starts, T):\n    return data[torch.tensor(starts)]",
        "def get_windows(data, starts, T):\n    return torch.tensor(starts)[:, None] + torch.arange(T)",
        """
def get_windows(data, starts, T):
    batch = torch.zeros(len(starts), T, dtype=data.dtype)
    for row, start in enumerate(starts):
        for t in range(T):
            batch[row, t] = data[start + 1 + t]
    return batch
""",
    ],
}

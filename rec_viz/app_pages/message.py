"""Message, Play's second view: a sender and a receiver who share a seed, a channel and its bins, and pass bits."""

from __future__ import annotations

from functools import partial

import streamlit as st

import rec_core as rec
from rec_viz.app_pages import parts
from rec_viz.components import tapes
from rec_viz.figures.lab import Bar, length_bars
from rec_viz.figures.message import bit_groups
from rec_viz.model import lab, message, setting
from rec_viz.model import message as model
from rec_viz.model import tapes as model_tapes
from rec_viz.settings import TABLE, View, widgets
from rec_viz.settings.table import CODES, Message
from rec_viz.settings.view import VECTORS
from rec_viz.text import reading

PRIVATE = ("target",)  # the sender's own: no link and no address tells it
OWN = ("family", "bits", "log2_bins", "intervals", "seed", "code")  # settings the receiver may hold otherwise


# ------------------------------------------------------------------------------------------------ the sender


def numbers(text: str, name: str, dim: int) -> list[float]:
    """Numbers separated by commas, one for each dimension or one for all. Raises RecError."""
    values = reading.typed(text, ",") or ()
    if len(values) not in (1, dim):
        wanted = "one number" if dim == 1 else f"one number, or {dim} separated by commas"
        raise rec.RecError(f"{name}: give {wanted}; got “{text}”.")
    return list(values) * dim if len(values) == 1 else list(values)


def own_problem(view: View) -> rec.Problem:
    """The target the sender typed."""
    rows = {key: TABLE[View][key] for key in VECTORS[view.family]}
    texts = [
        column.text_input(row.label, getattr(View(), key), key=f"message_{key}", max_chars=int(row.high))
        for column, (key, row) in zip(st.columns(2), rows.items(), strict=True)
    ]
    vectors = [numbers(text, row.label, view.dim) for text, row in zip(texts, rows.values(), strict=True)]
    return rec.Problem(view.family, tuple(zip(*vectors, strict=True)))


def another_target() -> None:
    st.session_state.target += 1


def encode(problem: rec.Problem, shared: message.Shared) -> None:
    """Send, and keep the message with what it was made from; or keep why it could not be sent."""
    try:
        result: message.Sent | str = message.send(problem, shared, lab.MAX_EXAMINED)
    except rec.BudgetExceeded as error:
        limit = ", too many to search here"
        result = reading.raised(f"This target needs {lab.over_budget(error, shared.partition, limit)}")
    except rec.RecError as error:
        result = str(error)
    st.session_state.message_sent = (problem, shared, result)


def hand_over(text: str) -> None:
    st.session_state.message_text = text


def sample_text(sample: tuple[float, ...]) -> str:
    """A sample to the last bit, at most four of its numbers written out, and its name for comparing."""
    shown = ", ".join(repr(value) for value in sample[:4]) + (" …" if len(sample) > 4 else "")
    return f"x = `{shown}`  \nIts name, to compare aloud: **{message.name_of(sample)}**"


def sender(view: View, shared: message.Shared) -> tuple[View, rec.Problem | None, message.Sent | None]:
    """The sender's half of the page. Returns the view with the target it settled on, that target, what is sent now."""
    st.header("Sender", anchor=False)
    acts = st.container(horizontal=True, key="sender_acts")
    own = st.segmented_control(
        "The target Q", [False, True], format_func=lambda own: "My own" if own else "Drawn from the channel",
        default=False, required=True, key="message_own_target",
    )  # fmt: skip
    if own:
        try:
            problem = own_problem(view)
        except rec.RecError as error:
            st.warning(reading.plain(str(error)), icon=":material/info:")
            return view, None, None
    else:
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            view = view._replace(target=widgets.widget(View, "target"))
        right.button("Another target", icon=":material/casino:", on_click=another_target, key="message_another")
        problem = shared.channel.draw(view.target)
    st.markdown(
        f"Only the sender knows Q. Its divergence from P is **{problem.kl_bits:.2f} bits**; "
        f"the highest ratio q/p is **{reading.number(2.0 ** min(problem.d_inf_bits, 1020))}**."
    )
    acts.button("Encode", icon=":material/lock:", on_click=encode, args=(problem, shared), key="message_encode")
    kept = st.session_state.get("message_sent")
    if kept is None or kept[:2] != (problem, shared):
        st.markdown("Press Encode: the race is run, and its winner becomes bits.")
        return view, problem, None
    if isinstance(kept[2], str):
        st.warning(reading.plain(kept[2]), icon=":material/timer_off:")
        return view, problem, None
    text = show_sent(kept[2], shared)
    acts.button("Hand it to the receiver", icon=":material/send:", on_click=hand_over, args=(text,), key="message_hand")
    return view, problem, kept[2]


def show_sent(sent: message.Sent, shared: message.Shared) -> str:
    """The sample, the message bit by bit, and the same message as it travels; returns the latter as it is spelled."""
    examined = f"Of **{sent.examined:,}** candidates examined, the winner:" if sent.examined > 1 else "The winner:"
    st.markdown(f"{examined}  \n{sample_text(sent.sample)}")
    st.subheader("What its bits say", anchor=False)
    groups = message.written_out(sent.message, shared)
    st.html(bit_groups(groups, parts.colours()))
    written = sum(len(group.bits) for group in groups)
    st.markdown(f"Ideal length **{sent.length_bits:.2f} bits**; written out like this, {written}.")
    parts.section("As it travels, in a frame", "message_frame", partial(as_it_travels, sent))
    kind = widgets.widget(Message, "spelling", "content")
    spell = {"words": message.as_words, "hex": lambda data: data.hex(" "), "bits": message.as_bits}
    text: str = spell[kind](sent.data)
    st.code(text, language=None, wrap_lines=True)
    if kind == "words":
        st.markdown(
            ":small[Two bytes a word, and a last word that notices when one was misheard. Read them over the phone.]"
        )
    return text


def as_it_travels(sent: message.Sent) -> None:
    """The frame around the message, for who asks."""
    st.markdown(
        "To travel, both parts go through a range coder, which rounds once for the whole stream rather than once a "
        "part, and a frame is added:"
    )
    st.html(bit_groups(message.travelling(sent.data), parts.colours()))


# ------------------------------------------------------------------------------------------------ the receiver


def agree(view: View) -> None:
    """Give the receiver the settings both agreed on."""
    for key in OWN:
        st.session_state[f"receiver_{key}"] = getattr(view, key)


def receiver_settings(agreed: View) -> View:
    """The receiver's own settings: what was agreed, until changed here."""
    state = st.session_state
    settled = tuple(getattr(agreed, key) for key in (*OWN, "dim", "spread", "strategy"))
    if state.get("message_agreed") != settled or "receiver_seed" not in state:
        state.message_agreed = settled
        agree(agreed)
    keys = [key for key in OWN if key != ("log2_bins" if agreed.strategy == "own" else "intervals")]
    values = {key: state[f"receiver_{key}"] for key in OWN}
    changed = [key for key in keys if state[f"receiver_{key}"] != getattr(agreed, key)]
    with st.expander(
        "The receiver’s own settings" + (f" · {len(changed)} changed" if changed else " · as agreed"),
        icon=":material/tune:", key="receiver_settings",
    ):  # fmt: skip
        for key in keys:
            values[key] = receiver_widget(key)
    return View(**agreed._asdict() | values)


def receiver_widget(key: str) -> object:
    """A parameter's widget in the receiver's hands; numbers are typed."""
    row = TABLE[View][key]
    row = row._replace(label=f"Receiver: {row.label}", help="", kind="number" if row.kind == "slider" else row.kind)
    return widgets.draw_widget(row, f"receiver_{key}")


def shift(key: str) -> None:
    """Move one of the receiver's numbers away from the sender's by one, downwards at the end of its range."""
    now = st.session_state[f"receiver_{key}"]
    st.session_state[f"receiver_{key}"] = now + 1 if now < TABLE[View][key].high else now - 1


def flip(data: bytes) -> None:
    st.session_state.message_text = message.flipped(data, st.session_state.message_bit).hex(" ")


def receiver(agreed: View, sent: message.Sent | None) -> tuple[message.Shared | None, bytes]:
    """The receiver's half of the page: its settings and its bytes, and the sample or what is wrong. Returns what it
    holds itself, None where its settings make no sense, and the bytes that came."""
    st.header("Receiver", anchor=False)
    broken = st.container()
    text = st.text_area(
        "Bits, hex or words from the sender", key="message_text", height=96, max_chars=4000,
        placeholder="Paste here, or press “Hand it to the receiver”.",
    )  # fmt: skip
    own_view = receiver_settings(agreed)
    own = None
    try:
        own = model.shared_of(own_view)
        data = message.read(text) if text.strip() else b""
    except rec.RecError as error:
        st.error(reading.plain(reading.raised(str(error))), icon=":material/error:")
        return own, b""
    if data:
        with broken:
            break_something(data, agreed)
        show_received(data, own, sent)
    else:
        st.markdown("Nothing has come yet. It knows P, the bins, the code and the seed, nothing of Q.")
    return own, data


def tapes_of(shared: message.Shared, own: message.Shared, problem: rec.Problem | None, sent: message.Sent | None,
             data: bytes) -> None:  # fmt: skip
    """The picture: both tapes, the wire, and the dot that the bytes light."""
    decoded, accepted, says = None, False, "Both hold the same candidates: one tape for each bin, from one seed."
    try:
        if data:
            decoded, accepted = message.receive(data, own).message, True
    except rec.RecError:
        try:
            decoded = message.receive_unchecked(data, own).message
        except rec.RecError:
            says = "These bits name nothing."
    same_tapes = shared._replace(code="") == own._replace(code="")
    if decoded is not None and sent is not None:
        if accepted and sent.data == data:
            says = "The same dot on both sides: a sample of Q, and Q was never sent."
        elif not same_tapes:
            says = "Other settings, other tapes: the bits light another dot. The checksum notices."
        elif decoded != sent.message:
            says = "Damaged bits light another dot. The checksum notices."
        else:
            says = "The dot is right, but the checksum does not fit."
    elif not same_tapes:
        says = "Other settings, other tapes."
    tapes.show(model_tapes.picture(shared, own, problem, sent, data, decoded, accepted), says, key="tapes")


def show_received(data: bytes, own: message.Shared, sent: message.Sent | None) -> None:
    """The sample that these bytes name; or what is wrong with them, and what would have come out unnoticed."""
    try:
        received = message.receive(data, own)
    except rec.MessageError as error:
        st.error(f"**Refused.** {reading.plain(str(error))}", icon=":material/error:")
        if len(data) >= rec.FRAME_BYTES:
            st.markdown(f"**What happened, found by trying.** {reading.raised(message.diagnose(data, own))}")
        show_unchecked(data, own, sent)
        return
    except rec.RecError as error:
        st.error(reading.plain(str(error)), icon=":material/error:")
        return
    place = ", ".join(str(b + 1) for b in received.message.bin[:8]) + " …" * (len(received.message.bin) > 8)
    bins = f"bin {place}, " if own.partition.num_bins > 1 else ""
    st.success(f"The checksum fits. It reads {bins}candidate {received.message.index}.", icon=":material/check:")
    st.markdown(sample_text(received.sample))
    if sent is not None and sent.data == data:
        same = received.sample == sent.sample
        st.markdown("The sender’s sample, **to the last bit**." if same else ":red[Not the sender’s sample.]")


def show_unchecked(data: bytes, own: message.Shared, sent: message.Sent | None) -> None:
    """What a receiver without a checksum would have taken for the sample."""
    st.markdown("**Without a checksum** it would have gone unnoticed, and the receiver would hold")
    try:
        wrong = message.receive_unchecked(data, own)
    except rec.RecError as error:
        st.markdown(f"nothing this time: {error}")
        return
    st.markdown(sample_text(wrong.sample))
    if sent is not None:
        same = wrong.sample == sent.sample
        st.markdown(
            "which is right, by luck." if same else ":red[which is not what was sent], and nothing would say so."
        )


def break_something(data: bytes, agreed: View) -> None:
    """Damage the message or the agreement, and see what the checksum says."""
    most = 8 * len(data)
    st.session_state.message_bit = min(st.session_state.get("message_bit", 8 * rec.FRAME_BYTES + 1), most)
    with st.container(horizontal=True, vertical_alignment="bottom", key="message_break"):
        number = st.number_input(
            f"Bit to flip, of {most}", 1, most, step=1, key="message_bit", width=150,
            help="The first 8 bits are the version, then 32 the count, 64 the checksum; the rest is the message.",
        )  # fmt: skip
        st.button(
            f"Flip bit {number}, in {message.part_of(data, number)}", icon=":material/swap_vert:", on_click=flip,
            args=(data,), key="message_flip",
        )  # fmt: skip
        st.button("Desynchronize the seed", icon=":material/sync_problem:", on_click=shift, args=("seed",),
                  key="message_desync")  # fmt: skip
        if agreed.strategy != "own":
            st.button("Double the receiver’s J", icon=":material/grid_on:", on_click=shift, args=("log2_bins",),
                      key="message_double")  # fmt: skip
        st.button("Agree again", icon=":material/handshake:", on_click=agree, args=(agreed,), key="message_agree")


# ------------------------------------------------------------------------------------------------ the stream


def stream(view: View) -> None:
    """The cost of a message as more of them share a frame and a rounding, in real bytes."""
    st.markdown(
        f"One message alone pays for the whole frame: {rec.FRAME_BYTES} bytes for the version, the count and the "
        "checksum. A stream of messages pays once. Its range coder rounds up to a whole byte once, and can even save a "
        "little where a code keeps room for numbers too large to occur. These are real bytes, each message for a new "
        "target and a new race."
    )
    try:
        with st.spinner("Encoding three hundred messages"):
            costs = model.stream(model.shared_of(view))
    except rec.RecError:
        st.info(
            "Three hundred messages would take too long to find with these bins; raise J towards 2ᴵ.",
            icon=":material/timer_off:",
        )
        return
    palette = parts.colours()
    bars = []
    for cost in costs:
        rest = cost.paid_bits - cost.frame_bits - cost.ideal_bits
        bars.append(
            Bar(
                f"{cost.messages} message{'s' * (cost.messages > 1)}",
                f"{cost.paid_bits:.2f} bits each: ideal {cost.ideal_bits:.2f}, frame {cost.frame_bits:.2f}, "
                f"coder {round(rest, 2) + 0.0:.2f}".replace("-", "−"),
                (
                    (cost.ideal_bits, palette["winner"], "ideal length"),
                    (cost.frame_bits, palette["bound"], "frame"),
                    (rest, palette["candidate"], "coder"),
                ),
            )
        )
    st.html(length_bars(bars, max(cost.paid_bits for cost in costs)))
    last = costs[-1]
    st.markdown(
        f"At {last.messages} messages the stream is within **{last.paid_bits - last.ideal_bits:.2f} bits** a message "
        f"of the ideal; the channel’s information is I = **{setting.channel_of(view).information_bits:.1f} bits**."
    )


# ------------------------------------------------------------------------------------------------ the page


def agreement() -> View:
    """What both hold beforehand, in one line, and a box to change it."""
    groups = {
        "The channel": ("family", "bits", "dim", "spread"),
        "The bins": ("strategy", "log2_bins", "intervals"),
        "The randomness and the code": ("seed", "code"),
    }
    now = widgets.now(View)
    bins = "own bins" if now.strategy == "own" else reading.raised(f"J = 2^{now.log2_bins} bins")
    with st.container(horizontal=True, vertical_alignment="center", key="message_agreement"):
        st.markdown(
            f"**Agreed beforehand:** seed {now.seed}, {now.family.capitalize()} channel of {now.bits:g} bits in "
            f"{now.dim} dimension{'s' * (now.dim > 1)}, {bins}, {CODES[now.code]} code.",
            width="content",
        )
        opened = st.popover("Change", icon=":material/handshake:", on_change="rerun", key="message_change")
    with opened:
        return widgets.channel_and_bins(groups if opened.open else {}, ("pfr_bins",), beside=True)


notices = widgets.load_link("message")
with st.container(horizontal=True, vertical_alignment="center", key="message_heading"):
    st.title("Play", anchor=False, width="content")
    parts.people(two=True)
    share = st.empty()
parts.say_notices(notices)
agreed_view = agreement()
picture = st.container(key="message_picture")
parts.wait_for_kernels(height=520)
shared = parts.attempt(lambda: model.shared_of(agreed_view))
left, right = st.columns(2)
with left.container(border=True, key="sender"):
    agreed_view, problem, sent = sender(agreed_view, shared)
with right.container(border=True, key="receiver"):
    own, data = receiver(agreed_view, sent)
with picture:
    tapes_of(shared, own or shared, problem, sent, data)
widgets.write_link(agreed_view, widgets.now(Message), private=PRIVATE)
with share:
    parts.share(agreed_view, "message", PRIVATE, "This link carries what both sides agreed on, not the target.")
parts.section("Many messages in one stream", "message_stream", partial(stream, agreed_view))

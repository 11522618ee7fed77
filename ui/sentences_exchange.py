"""What the codes of exchange between agencies (G20 to G23) say; see ``ui.sentences``."""

from ui.wording import RETRY, Message

EXCHANGE: dict[str, Message] = {
    "G20": Message(
        "Văn bản điện tử nhận về không đúng chuẩn edXML[ ({reason})] nên không mở. Chưa lưu gì từ tệp này; báo quản trị để yêu "
        "cầu nơi gửi gửi lại.",
        "The electronic document that came is no proper edXML[ ({reason})], so it was not opened. Nothing of it was kept; ask IT "
        "to have it sent again.",
    ),
    "G21": Message(
        "Máy này chưa nối với kho kết quả số hóa nên chưa hỏi được bản đã có. Cứ quét như thường; nhờ quản trị khai báo mục "
        "“reuse” trong settings.toml.",
        "This PC is not connected to the store of digitised results, so nothing was asked. Scan as usual; ask IT to set "
        "“reuse” in settings.toml.",
    ),
    "G22": Message(
        "Chưa biết đã có bản số hóa hay chưa: kho kết quả số hóa không trả lời được[ ({reason})]. Hỏi lại sau, hoặc "
        "quét như thường.",
        "Whether there is a digitised copy is not known: the store of results gave no answer that counts[ ({reason})]. Ask "
        "again later, or scan as usual.",
        *RETRY,
    ),
    "G23": Message(
        "Tệp lấy từ kho kết quả số hóa không dùng lại được[ ({reason})]. Chưa lưu gì; quét từ bản giấy.",
        "The file from the store of digitised results can't be used again[ ({reason})]. Nothing was kept; scan the paper.",
    ),
}

REASONS: dict[str, tuple[str, str]] = {
    # of an edXML message
    "size": ("quá lớn", "too large"),
    "encoding": ("không phải mã UTF-8", "not in UTF-8"),
    "doctype": ("có khai báo kiểu tài liệu, có thể là mã độc", "has a document type, which may be an attack"),
    "depth": ("lồng quá nhiều lớp", "nested too deeply"),
    "elements": ("quá nhiều phần tử", "too many elements"),
    "malformed": ("sai cú pháp", "malformed"),
    "repeated": ("có ô lặp lại", "a field stands there twice"),
    "missing": ("thiếu ô bắt buộc", "a field is missing"),
    "value": ("có ô sai dạng", "a field has a wrong form"),
    "base64": ("tệp đính kèm hỏng", "a broken attachment"),
    "other": ("là loại tệp khác", "another kind of file"),
    # of the store of results
    "offline": ("mất mạng hoặc máy chủ không trả lời", "offline, or no answer"),
    "login": ("tài khoản không được nhận", "the log-in was refused"),
    "server": ("máy chủ báo lỗi", "the server reports an error"),
    "answer": ("câu trả lời không đọc được", "the answer can't be read"),
    "unsigned": ("câu trả lời chưa được xác thực", "the answer could not be verified"),
    # of a file of that store
    "kind": ("không phải tệp PDF", "no PDF"),
    "signature": ("chữ ký số chưa hợp lệ", "its signature is not valid"),
}
"""Reasons of G20, G22 and G23 in words."""

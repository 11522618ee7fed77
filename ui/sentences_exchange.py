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
    "unverified": ("câu trả lời chưa được xác thực", "the answer could not be verified"),
    # of a question to the search index, and of the index
    "empty": ("ô tìm còn trống", "nothing is typed"),
    "type": ("không có loại văn bản như vậy", "there is no such type of document"),
    "state": ("không có trạng thái như vậy", "there is no such state"),
    "year": ("năm gồm bốn chữ số", "a year has four digits"),
    "open": ("không mở được chỉ mục", "the index can't be opened"),
    "damaged": ("chỉ mục bị hỏng", "the index is damaged"),
    "disk": ("ổ đĩa báo lỗi", "the disk reports an error"),
    # of the keyring
    "busy": ("đang bận", "it is busy"),
    "timeout": ("quá lâu không trả lời", "it took too long"),
    "fault": ("kho báo lỗi", "a fault of its own"),
    "file": ("không đọc được tệp mật khẩu", "the password's file can't be read"),
    # of a remote signing service
    "token": ("mã truy cập sai dạng", "the access token is malformed"),
    "credential": ("không đọc được thông tin chứng thư", "what it says of the credential can't be read"),
    "disabled": ("khóa ký đã bị ngừng", "the key is disabled"),
    "revoked": ("chứng thư đã bị thu hồi", "the certificate is revoked"),
    "suspended": ("chứng thư đang bị tạm dừng", "the certificate is suspended"),
    "SCAL1": ("chỉ đạt mức kiểm soát SCAL1", "its control level is only SCAL1"),
    "oauth2code": ("khóa này chỉ ký được qua trang web", "this key wants leave on a web page"),
    "unknown": ("cách xác nhận chưa được hỗ trợ", "its way of giving leave is not supported"),
    "invalid_token": ("mã truy cập không được nhận", "the access token was refused"),
    "invalid_client": ("tài khoản không được nhận", "the account was refused"),
    "unauthorized": ("tài khoản chưa được phép", "the account is not allowed"),
    "invalid_request": ("yêu cầu không được nhận", "the request was refused"),
    # of the station's certificate
    "ca": ("không đọc được tệp chứng thư gốc", "the file of the roots can't be read"),
    "key": ("không mở được khóa của chứng thư", "the certificate's key can't be opened"),
    "certificate": ("không đọc được chứng thư", "the certificate can't be read"),
    "dates": ("chưa đến hạn hoặc đã hết hạn", "not valid yet, or expired"),
    # of a file of that store
    "kind": ("không phải tệp PDF", "no PDF"),
    "signature": ("chữ ký số chưa hợp lệ", "its signature is not valid"),
    # verdicts on a file that was to be copied
    "indeterminate": ("chưa kết luận được", "no conclusion"),
    "invalid": ("chữ ký không hợp lệ", "signature not valid"),
    "unsigned": ("không có chữ ký số", "not signed"),
    "unreadable": ("không đọc được tệp", "file unreadable"),
}
"""Reasons of C24, G20, G22, G23, G31, G32 and S03 in words."""

PEERS: dict[str, tuple[str, str]] = {
    "G01": ("chưa kết nối được, sẽ tự chuyển lại", "no connection, goes again by itself"),
    "G02": ("bên nhận đang bận, sẽ tự chuyển lại", "the peer is busy, goes again by itself"),
    "G03": ("bên nhận không nhận tài khoản, nhờ quản trị kiểm tra", "the peer refused the account, ask IT to check it"),
    "G04": ("bên nhận chưa cho phép, nhờ quản trị xin cấp quyền", "the peer does not allow it, ask IT to get the right"),
    "G05": ("bên nhận đã có bản khác, nhờ quản trị xem", "the peer has another version, ask IT to look"),
    "G06": ("tệp bên nhận giữ không khớp, nhờ quản trị kiểm tra", "the file that the peer stored differs, ask IT to check"),
    "G07": ("chưa rõ kết quả, đang hỏi lại", "the outcome is unknown, it is being asked"),
    "G08": ("đã quá hạn, sẽ tự chuyển lại từ đầu", "it ran out, goes again from the start"),
    "G09": ("bên nhận đang có sự cố, sẽ tự chuyển lại", "the peer has a fault, goes again by itself"),
    "G10": ("tệp trên máy bị mất hoặc đã đổi, báo quản trị", "a file on this PC is missing or changed, tell IT"),
    "G12": ('[thiếu hoặc sai "{field}"|có mục thiếu hoặc sai], nhờ quản trị sửa bảng mã',
            '["{field}" is|something is] missing or wrong, ask IT to mend the codes'),
    "G30": ("kho mật khẩu của máy đang khóa, đăng nhập lại vào máy", "this PC's keyring is locked, log in to the PC again"),
    "G31": ("kho mật khẩu của máy không trả lời, báo quản trị", "this PC's keyring does not answer, tell IT"),
}  # fmt: skip
"""Why a dossier is not with a peer yet. The sentences of the same codes speak of the ward server."""

STATUSES: dict[str, tuple[str, str]] = {
    "01": ("chờ tiếp nhận", "waiting"),
    "02": ("từ chối nhận", "refused"),
    "03": ("bên nhận đã nhận", "accepted"),
    "04": ("đã phân công", "assigned"),
    "05": ("đang xử lý", "being processed"),
    "06": ("đã hoàn thành", "finished"),
    "13": ("đã thu hồi", "recalled"),
    "15": ("đồng ý cập nhật", "update accepted"),
    "16": ("từ chối cập nhật", "update refused"),
    "103": ("yêu cầu thu hồi", "recall asked for"),
    "104": ("yêu cầu cập nhật", "update asked for"),
}
"""What an edXML status code says of a document at its receiver (QCVN 102:2016/BTTTT)."""

WISHES: dict[str, tuple[str, str]] = {
    "recall": ("thu hồi", "recall"),
    "update": ("cập nhật", "update"),
    "replace": ("thay thế", "replacement"),
}
"""What an edXML message does to one that came before it; a new one does nothing."""

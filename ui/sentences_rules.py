"""What the codes of the rules of capture say: files that came signed, notes, risk, counts; see ``ui.sentences``."""

from ui.wording import OTHER_FILE, RETRY, Message

RULES: dict[str, Message] = {
    "F09": Message(
        "Tệp[ {file}] đã ký số nhưng chữ ký không còn đúng[ ({reason})] nên chưa được nhập. Tệp giữ nguyên; xin lại bản đã ký từ "
        "nơi gửi.",
        "The file[ {file}] is signed, but its signature does not hold[ ({reason})], so it was not taken in. It is untouched; ask "
        "its sender for the signed file again.",
        *OTHER_FILE,
    ),
    "F10": Message(
        "Chữ ký số có sẵn của tệp chưa đủ tin cậy[ ({reason})] nên văn bản chưa chuyển tiếp được. Tệp giữ nguyên; nhờ quản trị "
        "xem chứng thư gốc rồi mở lại chương trình, hoặc từ chối (X) và xin bản khác.",
        "The signature that the file came with can't be relied on yet[ ({reason})], so it is not passed on. The file is "
        "untouched; have IT look at the trusted roots and start the program again, or refuse it (X) and ask for another.",
    ),
    "F11": Message(
        "[Trang {page}|Trang này] thuộc tệp đã ký số nên giữ nguyên: không xoay, tách hay gộp được. Muốn bỏ, nhấn "
        "Del để bỏ cả tệp.",
        "[Page {page}|This page] is of a signed file, which stays as it is: it can't be turned, split or merged. To drop it, "
        "press Del: the whole file goes.",
    ),
    "F12": Message(
        "Tệp[ {file}] đã bị thay đổi sau khi đọc nên chưa xuất văn bản từ tệp này. Các tệp khác không bị ảnh hưởng; hãy làm lại.",
        "The file[ {file}] was changed after it had been read, so no document was made of it. Other files are unaffected; do it "
        "again.",
        *RETRY,
    ),
    "A10": Message(
        "[Trang {page}|Một trang] có giấy dán nhưng mới có một ảnh[ (theo {rule})]. Gỡ giấy dán rồi quét thêm trang đó (F5), "
        "hoặc bỏ dấu giấy dán (Ctrl+D).",
        "[Page {page}|A page] has a note on it and only one picture[ ({rule})]. Take the note off and scan the page again "
        "(F5), or take the mark back (Ctrl+D).",
        "Quét tiếp",
        "Scan on",
    ),
    "A11": Message(
        "Tài liệu[ của {dossier}] ở mức rủi ro không được quét, nên chưa nhận trang nào thêm. Các trang đã có vẫn giữ; tu "
        "bổ xong thì đổi mức (Ctrl+M).",
        "The paper[ of {dossier}] is of a risk class that is not scanned; no further page was taken in. Pages that are there "
        "are kept; change the class when it has been restored (Ctrl+M).",
    ),
    "A12": Message(
        "[Đếm được {have}/{need} trang|Đã nhận {count} ảnh, không thể là {sheets} tờ|Số trang chưa khớp số đã đếm]. Quét nốt, "
        "hoặc sửa số đếm hay ghi lý do (Ctrl+E).",
        "[Found {have} of {need} pages|Got {count} pictures, which can't be {sheets} sheets|The pages are not as many as "
        "were counted]. Scan the rest, or correct the count or say why (Ctrl+E).",
    ),
    "A14": Message(
        "Chưa ghi số tờ, số trang của hồ sơ giấy. Đếm rồi ghi (Ctrl+E), ví dụ 7/14.",
        "The sheets and pages of the paper were not counted yet. Count and enter them (Ctrl+E), as 7/14.",
    ),
}

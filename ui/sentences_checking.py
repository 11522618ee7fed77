"""What the codes of entry and check say: critical fields keyed twice, a third person, unreadable fields; see ``ui.sentences``."""

from ui.wording import RESCAN, Message

CHECKING: dict[str, Message] = {
    "K05": Message(
        'Hai lần nhập[ của {document}] khác nhau ở ô ["{field}"|bắt buộc gõ lại]. [Đã giữ cả hai; người thứ ba xem ảnh và chọn '
        "({others} người ở trạm này làm được)|Xem ảnh và chọn giá trị đúng].",
        'The two entries[ of {document}] differ in ["{field}"|a field that is keyed twice]. [Both are kept; a third person '
        "looks at the picture and chooses ({others} here can)|Look at the picture and choose the right value].",
    ),
    "K09": Message(
        'Hai lần nhập khác nhau ở ô ["{field}"|bắt buộc gõ lại] và trạm này chưa có người thứ ba để chọn. Văn bản vẫn '
        "giữ nguyên; nhờ quản trị thêm người dùng, hoặc trả lại người nhập.",
        'The two entries differ in ["{field}"|a field that is keyed twice], and there is no third person here to choose. The '
        "document is kept; have a user added, or send it back to who entered it.",
    ),
    "K10": Message(
        'Chưa gõ lại ô ["{field}"|bắt buộc]. Xem ảnh rồi gõ giá trị thấy trên giấy; giá trị người trước nhập không hiện ra.',
        '["{field}"|A critical field] was not keyed again. Look at the picture and type what stands there; the first entry '
        "is not shown.",
    ),
    "K11": Message(
        'Hai người đã nhập giống nhau ở ô ["{field}"|này] nên không sửa ở bước này được. Nếu cả hai cùng sai, trả lại người nhập '
        "và ghi lý do.",
        'Both persons entered the same in ["{field}"|this field], so it is not changed at this step. If both are wrong, send it '
        "back to entry with a reason.",
    ),
    "K12": Message(
        'Ô ["{field}"|này] không được để "không đọc được". Xem lại ảnh, hoặc trả lại để quét trang đó cho rõ.',
        '["{field}"|This field] can\'t be left as unreadable. Look again, or send it back to have the page scanned well.',
        *RESCAN,
    ),
    "K20": Message(
        '[Trang {page}|Một trang][ của "{file}"|] có dấu độ mật nên đã dừng: không đọc, không lưu chữ, không gửi. '
        'Xem bản giấy, rồi chọn "Đúng là tài liệu mật – xóa" hoặc "Không phải – đọc tiếp".',
        '[Page {page}|A page][ of "{file}"|] bears a mark of secrecy and was stopped: no text is kept, nothing sent. '
        'Look at the paper, then choose "A state secret – erase" or "It is none – read on".',
    ),
    "K21": Message(
        "Không trang nào trong số này đang dừng vì dấu độ mật. Chọn ít nhất một trang đang dừng; trang thường thì bỏ bằng Del.",
        "None of these pages is stopped for a mark of secrecy. Choose one that is; other pages are dropped with Del.",
    ),
    "K22": Message(
        "Đã xóa [{count} trang|các trang đó] cùng mọi tệp của chúng khỏi trạm này. Tệp nguồn, bản trong máy quét và bản sao lưu "
        "cũ không thuộc chương trình: báo người phụ trách bảo vệ bí mật nhà nước.",
        "Erased from this station: [{count} pages|those pages] and all their files. The source file, the scanner's copy and "
        "older backups are not the program's: tell who is in charge of state secrets.",
    ),
    "K23": Message(
        "Chưa xóa được tệp của trang mật vì tệp đang bị giữ; trang đã ra khỏi hồ sơ. Lần khởi động sau chương trình sẽ xóa tiếp.",
        "The secret page's file can't be erased yet, as something holds it; the page has left the dossier. The next start "
        "tries again.",
    ),
    "K13": Message(
        "Chương trình không ghi văn bản này vì thiếu bước kiểm tra. Không có gì bị thay đổi; sao chép thông tin lỗi "
        "và báo quản trị.",
        "This document was not stored since a step of its check is missing. Nothing was changed; copy the error "
        "details and tell IT.",
    ),
}

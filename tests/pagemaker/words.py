"""Invented persons and cases, and sentences such as ward offices write."""

import random
from dataclasses import dataclass
from datetime import date

FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đoàn",
    "Trịnh",
    "Mai",
    "Quách",
)
MIDDLE_MALE = ("Văn", "Hữu", "Đức", "Công", "Quang", "Minh", "Xuân", "Đình")
MIDDLE_FEMALE = ("Thị", "Ngọc", "Thu", "Kim", "Mỹ", "Bích", "Diễm", "Quỳnh")
GIVEN = ("Mẫu", "Thử", "Nghiệm", "Phỏng", "Minh", "Họa", "Ví", "Tập", "Bản", "Dụng", "Khuê", "Duệ", "Tưởng", "Sỹ")
"""Mostly words for "sample" and "trial": nobody is called so."""
WARDS = ("phường Hòa Hưng", "phường Vĩnh Tuy", "phường Đông Hưng Thuận", "xã Phúc Thịnh", "xã Bình Chánh", "xã Ngãi Giao")
PROVINCES = ("Thành phố Hồ Chí Minh", "thành phố Hà Nội", "tỉnh Tây Ninh", "thành phố Cần Thơ", "tỉnh Đồng Nai")
STREETS = ("Nguyễn Trãi", "Cách Mạng Tháng Tám", "Điện Biên Phủ", "Lý Thường Kiệt", "Huỳnh Thúc Kháng")

PROSE = (
    "Thực hiện kế hoạch số hóa tài liệu lưu trữ, Ủy ban nhân dân {ward} đề nghị các bộ phận chuyên môn rà soát, thống kê "
    "toàn bộ hồ sơ giấy đang bảo quản tại kho, lập danh mục và bàn giao cho Bộ phận Lưu trữ đúng thời hạn.",
    "Hồ sơ được sắp xếp theo thời hạn bảo quản, đánh số tờ liên tục, loại bỏ ghim kẹp trước khi đưa vào máy quét; mỗi hồ sơ "
    "phải có bìa, mục lục văn bản và tờ kết thúc.",
    "Bộ phận Tiếp nhận và Trả kết quả kiểm tra tính đầy đủ, hợp lệ của thành phần hồ sơ; trường hợp chưa đầy đủ thì hướng "
    "dẫn bằng văn bản để người dân bổ sung một lần duy nhất.",
    "Giao công chức Tư pháp - Hộ tịch chủ trì, phối hợp với Công an {ward} đối chiếu thông tin trong Cơ sở dữ liệu quốc gia "
    "về dân cư, kịp thời báo cáo những trường hợp sai lệch về họ, chữ đệm, tên hoặc ngày, tháng, năm sinh.",
    "Những hồ sơ bị ố mốc, rách nát hoặc mờ chữ phải được tu bổ trước khi quét ở độ phân giải tối thiểu 300 dpi; ảnh quét "
    "không được cắt mất nội dung, dấu và chữ ký của người có thẩm quyền.",
    "Văn bản điện tử sau khi ký số phải được kiểm tra tính toàn vẹn trước khi chuyển vào hệ thống quản lý văn bản và điều hành.",
    "Các khu phố, ấp tổ chức niêm yết công khai kết quả tại trụ sở và nhà văn hóa trong thời hạn 05 ngày làm việc, ghi nhận "
    "đầy đủ ý kiến phản ánh của Nhân dân.",
)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    born: date
    identity: str
    """12 digits in the form of Decree 137/2015 (province 001, century and sex, year), serial number below 1000."""
    woman: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What all papers of one dossier agree on."""

    seed: int
    ward: str
    province: str
    number: int
    issued: date
    subject: Person
    """Whom the papers are about."""
    applicant: Person
    """The mother of ``subject`` who writes the application."""
    address: str
    signer: str
    deputy: str

    @property
    def place(self) -> str:
        """The name without "phường" or "xã", as it stands before the date."""
        return self.ward.split(" ", 1)[1]

    @property
    def organ(self) -> str:
        return f"ỦY BAN NHÂN DÂN {self.ward.upper()}"


def person(name: str, born: date, serial: int, woman: bool) -> Person:
    sex = (0 if born.year < 2000 else 2) + (1 if woman else 0)
    return Person(name, born, f"001{sex}{born.year % 100:02d}{serial:06d}", woman)


def random_name(rng: random.Random, woman: bool) -> str:
    return f"{rng.choice(FAMILY)} {rng.choice(MIDDLE_FEMALE if woman else MIDDLE_MALE)} {rng.choice(GIVEN)}"


def random_date(rng: random.Random, first: int, last: int) -> date:
    return date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))


def random_person(rng: random.Random, first: int, last: int, woman: bool) -> Person:
    return person(random_name(rng, woman), random_date(rng, first, last), rng.randint(1, 999), woman)


def random_case(seed: int) -> Case:
    rng = random.Random(f"case {seed}")
    ward, province = rng.choice(WARDS), rng.choice(PROVINCES)
    return Case(
        seed=seed, ward=ward, province=province, number=rng.randint(3, 2400), issued=random_date(rng, 2025, 2026),
        subject=random_person(rng, 2014, 2023, woman=rng.random() < 0.5), applicant=random_person(rng, 1980, 1996, woman=True),
        address=f"số {rng.randint(1, 400)}, đường {rng.choice(STREETS)}, khu phố {rng.randint(1, 12)}, {ward}, {province}",
        signer=random_name(rng, woman=False), deputy=random_name(rng, woman=True),
    )  # fmt: skip


def spoken_date(day: date) -> str:
    """Decree 30, annex I: days below 10 and the months 1 and 2 get a leading zero."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_date(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
